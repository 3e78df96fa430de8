import numpy as np
import pytest

from device.classes import HAM10000
from model_build.calibrate import malignancies
from model_build.metrics import calibration_error
from model_build.report import numbers

MEL, NV, BKL = (HAM10000.codes.index(label) for label in ("mel", "nv", "bkl"))


def says(*answers):
    """Probabilities of answers (class, probability); what is left goes to vasc, or to df if that is asked."""
    probabilities = np.zeros((len(answers), 7))
    for row, (label, probability) in zip(probabilities, answers, strict=True):
        row[label] = probability
        row[-1 if label != 6 else 3] = 1 - probability
    return probabilities


def test_risk_counts_the_wrong_among_the_surest():
    labels = np.array([NV, NV, NV, NV])
    probabilities = says((NV, 0.7), (MEL, 0.6), (NV, 0.9), (MEL, 0.8))
    curve = numbers.risk_coverage(labels, probabilities)
    assert curve.x.tolist() == [0.25, 0.5, 0.75, 1]
    assert curve.y.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert curve.area == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_the_triage_curve_counts_both_sides_and_refers_at_the_threshold_itself():
    labels = np.array([MEL, MEL, MEL, MEL, NV, BKL])
    probabilities = says((MEL, 0.9), (MEL, 0.5), (MEL, 0.2), (NV, 1.0), (MEL, 0.3), (BKL, 1.0))
    suspicion = malignancies(probabilities, HAM10000)
    along = numbers.along_threshold(labels == MEL, suspicion, np.array([0, 0.2, 0.5, 0.6]))
    assert along.sensitivity.tolist() == [1, 0.75, 0.5, 0.25]
    assert along.specificity.tolist() == [0, 0.5, 1, 1]


def test_malignancy_adds_up_mel_bcc_and_akiec():
    probabilities = np.array([[0.1, 0.2, 0, 0, 0.3, 0.4, 0]])
    assert malignancies(probabilities, HAM10000).tolist() == pytest.approx([0.6])


def test_reliability_bins_hold_their_pictures_mean_and_share():
    labels = np.array([NV, NV, NV, NV])
    bins = numbers.reliability(labels, says((NV, 0.62), (MEL, 0.78), (NV, 1.0), (MEL, 0.55)), bins=5)
    assert bins.edges.tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert bins.counts.tolist() == [0, 0, 1, 2, 1]
    assert bins.sure[2:].tolist() == pytest.approx([0.55, 0.7, 1])
    assert bins.right[2:].tolist() == [0, 0.5, 1]
    assert np.isnan(bins.sure[:2]).all()


def test_bins_and_calibration_error_agree():
    random = np.random.default_rng(0)
    probabilities = random.dirichlet(np.full(7, 0.3), 200)
    labels = random.integers(0, 7, 200)
    bins = numbers.reliability(labels, probabilities)
    gaps = np.nansum(bins.counts * np.abs(bins.sure - bins.right)) / 200
    assert gaps == pytest.approx(calibration_error(labels, probabilities, np.ones(200)))


def test_roc_and_precision_of_four_pictures():
    own = np.array([True, False, True, False])
    scores = np.array([0.9, 0.8, 0.7, 0.1])
    curve = numbers.roc(own, scores)
    # Of the four pairs of own and other, only 0.7 against 0.8 is the wrong way round.
    assert curve.area == 0.75
    assert (0, 0.5) in set(zip(curve.x, curve.y, strict=True))
    # Precision is 1 where half is found and 2/3 where all is.
    assert numbers.precision_recall(own, scores).area == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
