import numpy as np
import pytest

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


def test_calibration_error_is_the_gap_between_sure_and_right(labels):
    sure = np.full((70, 7), 0.05)
    sure[:, 0] = 0.7
    assert metrics.calibration_error(labels, sure, ONES) == pytest.approx(0.7 - 1 / 7)


def test_a_class_that_is_not_there_does_not_count():
    labels = np.array([0, 0, 1, 1])
    said = certain(np.array([0, 0, 1, 2]))
    assert metrics.balanced_accuracy(labels, said, np.ones(4)) == 0.75
    assert metrics.macro_auroc(labels, said, np.ones(4)) == pytest.approx((1 + 0.75) / 2)


def test_a_rate_counts_only_what_it_is_asked_among(labels):
    happened, among = labels < 2, labels < 4
    assert metrics.rate(happened, among)(labels, certain(labels), ONES) == 0.5


def test_the_area_under_the_curve_is_how_often_a_positive_scores_higher(labels):
    positive, score = np.array([True, True, False, False]), np.array([0.9, 0.3, 0.4, 0.1])
    assert metrics.auroc(positive, score)(labels, certain(labels), np.ones(4)) == 0.75


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


def test_a_rate_has_an_interval_though_hardly_a_draw_has_every_class():
    labels, happened = np.arange(20), np.arange(20) % 2 == 0
    lesions = [str(n) for n in range(20)]
    found = metrics.with_interval(metrics.rate(happened), labels, np.eye(20), lesions)
    assert found["value"] == 0.5
    assert 0.2 < found["low"] < 0.4
    assert 0.6 < found["high"] < 0.8


def test_a_figure_that_few_draws_define_has_no_interval(labels):
    lesions = [str(n // 10) for n in range(70)]
    found = metrics.with_interval(metrics.balanced_accuracy, labels, certain(labels), lesions)
    assert found == {"value": 1, "low": None, "high": None}
    assert metrics.in_words(found, ".2f") == "1.00 (no interval)"


def test_a_draw_without_the_only_positive_has_no_area():
    positive, score = np.arange(20) == 0, np.linspace(0.9, 0.1, 20)
    score[0] = 0.5
    none = np.zeros(20, np.int64), np.ones((20, 1))
    found = metrics.with_interval(metrics.auroc(positive, score), *none, [str(n) for n in range(20)])
    assert 0 < found["low"] < found["value"] < found["high"] < 1
