import numpy as np
import pytest

from device.classifier import decision
from device.examination import CLASSES
from model_build import metrics
from model_build.calibrate import fit, set_threshold


def drawn(count, seed):
    """Logits of two views whose classes are drawn from the softmax of 0.5 times their mean."""
    random = np.random.default_rng(seed)
    base = random.normal(0, 4, (count, 1, 7))
    probabilities = decision.combine(base.repeat(2, axis=1), 2.0)
    labels = np.array([random.choice(7, p=each) for each in probabilities])
    return base.repeat(2, axis=1).astype(np.float32), random.normal(0, 1, (count, 2)), labels


def test_the_temperature_that_made_the_labels_is_found():
    assert fit(*drawn(4000, 1)).temperature == pytest.approx(2.0, rel=0.1)


def test_thresholds_keep_their_shares_on_new_pictures():
    rules = fit(*drawn(6000, 1))
    logits, foreign, labels = drawn(6000, 2)
    probabilities = decision.combine(logits, rules.temperature)
    ones = np.ones(len(labels))
    assert metrics.refer_sensitivity(rules.refer_at)(labels, probabilities, ones) == pytest.approx(
        0.95, abs=0.02
    )
    assert (foreign.mean(axis=1) > rules.foreign_above).mean() == pytest.approx(0.005, abs=0.004)
    assert (probabilities.max(axis=1) < rules.abstain_below).mean() == pytest.approx(0.02, abs=0.01)
    for index in range(len(CLASSES)):
        covered = metrics.coverage(index, rules)(labels, probabilities, ones)
        assert covered == pytest.approx(0.9, abs=0.04)
    assert 1 <= metrics.set_size(rules)(labels, probabilities, ones) <= 7


def test_the_refer_threshold_holds_exactly_on_what_it_was_fitted_to():
    logits, foreign, labels = drawn(2000, 3)
    rules = fit(logits, foreign, labels)
    probabilities = decision.combine(logits, rules.temperature)
    assert 0.95 <= metrics.refer_sensitivity(rules.refer_at)(labels, probabilities, np.ones(2000)) < 0.955


@pytest.mark.parametrize(("count", "expected"), [(8, 0.0), (9, 1.0), (19, 2.0), (99, 10.0)])
def test_a_set_threshold_is_the_kth_smallest_and_rules_nothing_out_with_too_few(count, expected):
    assert set_threshold(np.arange(1.0, count + 1)[::-1]) == expected
