"""Techniques against imbalance: the shares they draw, and what their losses weigh."""

import numpy as np
import pytest

from model_build.balance import TECHNIQUES, BalancedAccuracy, BalancedLoss, sampling_prior

COUNTS = np.array([100, 100, 100, 100, 100, 6400, 100])
NATURE = COUNTS / COUNTS.sum()


@pytest.mark.parametrize("power", [0, 0.75, 1])
def test_shares_follow_the_power_of_the_counts(power):
    prior = sampling_prior(np.repeat(np.arange(7), COUNTS), power)
    assert prior.sum() == pytest.approx(1)
    assert prior[5] / prior[0] == pytest.approx(64**power)


def test_a_class_without_a_picture_is_never_drawn():
    assert sampling_prior(np.array([0, 1, 1]), 0).tolist() == [0.5, 0.5, 0, 0, 0, 0, 0]


def loss(technique, prior, truth, logits):
    targets, answers = np.eye(7, dtype=np.float32)[[truth]], np.array([logits], np.float32)
    return float(BalancedLoss(TECHNIQUES[technique], prior)(targets, answers))


def test_without_a_technique_it_is_cross_entropy():
    assert loss("none", NATURE, 2, np.zeros(7)) == pytest.approx(np.log(7), rel=1e-5)


def test_adjustment_keeps_the_prior_out_of_the_logits():
    """Logits that say nothing cost what the prior alone would cost."""
    for truth in (0, 5):
        assert loss("logit adjustment", NATURE, truth, np.zeros(7)) == pytest.approx(-np.log(NATURE[truth]))


def test_weights_even_out_the_classes_and_average_to_one():
    rare, common = (loss("class weights", NATURE, truth, np.zeros(7)) for truth in (0, 5))
    assert rare / common == pytest.approx(64)
    assert NATURE @ [common if c == 5 else rare for c in range(7)] == pytest.approx(np.log(7), rel=1e-5)


def test_focus_leaves_out_what_is_sure():
    sure = [9, 0, 0, 0, 0, 0, 0]
    assert loss("focal loss", NATURE, 0, sure) < loss("none", NATURE, 0, sure) / 1000
    assert loss("focal loss", NATURE, 1, sure) == pytest.approx(loss("none", NATURE, 1, sure), rel=0.01)


def test_balanced_accuracy_is_the_mean_recall_of_classes_seen():
    metric = BalancedAccuracy(7)
    truth, answers = [0, 0, 0, 0, 3], [0, 0, 0, 1, 3]
    metric.update_state(np.eye(7, dtype=np.float32)[truth], np.eye(7, dtype=np.float32)[answers])
    assert float(metric.result()) == pytest.approx((0.75 + 1) / 2)
