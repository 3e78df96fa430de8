import numpy as np
import pytest

from device.examination import CLASSES
from model_build import metrics

ONES = np.ones(70)


def certain(answers):
    return np.eye(7)[answers]


@pytest.fixture
def labels():
    return np.repeat(np.arange(7), 10)


def test_balanced_accuracy_is_the_mean_recall_not_the_share_right():
    labels = np.array([5] * 94 + [0, 1, 2, 3, 4, 6])
    always_nv = certain(np.full(100, 5))
    weights = np.ones(100)
    assert metrics.balanced_accuracy(labels, always_nv, weights) == pytest.approx(1 / 7)
    assert metrics.recall(5)(labels, always_nv, weights) == 1


def test_a_perfect_model_is_perfect(labels):
    right = certain(labels)
    assert metrics.balanced_accuracy(labels, right, ONES) == 1
    assert metrics.macro_auroc(labels, right, ONES) == 1
    assert metrics.calibration_error(labels, right, ONES) == 0
    assert metrics.refer_sensitivity(0.5)(labels, right, ONES) == 1
    assert metrics.refer_specificity(0.5)(labels, right, ONES) == 1


def test_calibration_error_is_the_gap_between_sure_and_right(labels):
    sure = np.full((70, 7), 0.05)
    sure[:, 0] = 0.7
    assert metrics.calibration_error(labels, sure, ONES) == pytest.approx(0.7 - 1 / 7)


def test_sensitivity_and_specificity_count_mel_bcc_and_akiec(labels):
    says_mel = certain(np.full(70, CLASSES.index("mel")))
    assert metrics.refer_sensitivity(0.5)(labels, says_mel, ONES) == 1
    assert metrics.refer_specificity(0.5)(labels, says_mel, ONES) == 0


def test_the_interval_draws_lesions(labels):
    random = np.random.default_rng(1)
    answers = np.where(random.random(70) < 0.7, labels, 0)
    alone = metrics.with_interval(
        metrics.balanced_accuracy, labels, certain(answers), [str(i) for i in range(70)]
    )
    assert alone["low"] < alone["value"] < alone["high"]
    twice = metrics.with_interval(
        metrics.balanced_accuracy,
        np.tile(labels, 4),
        certain(np.tile(answers, 4)),
        [str(i % 70) for i in range(280)],
    )
    assert twice["value"] == alone["value"]
    # Four pictures a lesion tell no more than one: by picture the interval would be half as wide.
    assert twice["high"] - twice["low"] == pytest.approx(alone["high"] - alone["low"], rel=0.1)
