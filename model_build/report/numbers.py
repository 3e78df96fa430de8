"""The numbers behind the curves. Pure functions on arrays; n is the number of pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from model_build.metrics import CALIBRATION_BINS, Labels, Probabilities

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Points of a curve, `x` and `y` of shape (points,), 0 to 1, and the `area` under it."""

    x: Floats
    y: Floats
    area: float


@dataclass(frozen=True)
class Bins:
    """Pictures by their largest probability, in bins between `edges` (bins + 1,).

    For each bin `counts`, the mean of the largest probability `sure` and the share `right`,
    both 0 to 1 and NaN in an empty bin.
    """

    edges: Floats
    counts: NDArray[np.int64]
    sure: Floats
    right: Floats


@dataclass(frozen=True)
class Triage:
    """`sensitivity` and `specificity`, 0 to 1, at each of `thresholds`, all of shape (points,)."""

    thresholds: Floats
    sensitivity: Floats
    specificity: Floats


def roc(own: NDArray[np.bool_], scores: Floats) -> Curve:
    """False positive rate against true positive rate of `scores` (n,), where `own` (n,) should score high.

    Fawcett 2006, doi:10.1016/j.patrec.2005.10.010.
    """
    false, true, _ = roc_curve(own, scores)
    return Curve(false, true, float(roc_auc_score(own, scores)))


def precision_recall(own: NDArray[np.bool_], scores: Floats) -> Curve:
    """Recall against precision of `scores` (n,), where `own` (n,) should score high.

    The area is the average precision, which doesn't interpolate between the points:
    Davis & Goadrich 2006, doi:10.1145/1143844.1143874.
    """
    precision, recall, _ = precision_recall_curve(own, scores)
    return Curve(recall, precision, float(average_precision_score(own, scores)))


def reliability(labels: Labels, probabilities: Probabilities, bins: int = CALIBRATION_BINS) -> Bins:
    """How often the answer is right, by how sure it is, in equal `bins`.

    Guo et al. 2017, arXiv:1706.04599, eq. 1 and 2.
    """
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((sure * bins).astype(int), bins - 1)
    counts = np.bincount(places, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Bins(
            np.linspace(0, 1, bins + 1),
            counts,
            np.bincount(places, sure, bins) / counts,
            np.bincount(places, right, bins) / counts,
        )


def risk_coverage(labels: Labels, probabilities: Probabilities) -> Curve:
    """The share of wrong answers (y) among the share of pictures kept (x), the surest first; shape (n,).

    Geifman & El-Yaniv 2017, arXiv:1705.08500, section 2; the area is the mean of the points.
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = (probabilities.argmax(axis=1) != labels)[order]
    kept = np.arange(1, len(labels) + 1)
    risk = np.cumsum(wrong) / kept
    return Curve(kept / len(labels), risk, float(risk.mean()))


def along_threshold(malignant: NDArray[np.bool_], suspicion: Floats, thresholds: Floats) -> Triage:
    """Sensitivity and specificity when all from each threshold on are referred.

    `suspicion` (n,) is the malignancy probability of each picture, `malignant` (n,) what it is.
    """
    referred = suspicion >= thresholds[:, np.newaxis]
    return Triage(thresholds, referred[:, malignant].mean(axis=1), (~referred[:, ~malignant]).mean(axis=1))
