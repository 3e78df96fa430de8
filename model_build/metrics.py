"""Figures with their uncertainty. Pure functions on labels and probabilities."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from device.classifier import decision
from device.examination import CLASSES, MALIGNANT

Labels = NDArray[np.int64]
"""Class indices, shape (pictures,)."""
Probabilities = NDArray[np.float64]
"""Shape (pictures, 7), rows add up to 1."""
Weights = NDArray[np.float64]
"""How often each picture counts, shape (pictures,)."""
Figure = Callable[[Labels, Probabilities, Weights], float]

RESAMPLES = 1000
CALIBRATION_BINS = 15
_MALIGNANT = [CLASSES.index(label) for label in sorted(MALIGNANT)]


def recall(label: int) -> Figure:
    """The figure: the share of the class's pictures whose largest probability is the class's."""

    def figure(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
        own = weights * (labels == label)
        return _share(own, probabilities.argmax(axis=1) == label)

    return figure


def balanced_accuracy(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
    """The mean of the seven recalls, the figure of merit of ISIC 2018 Task 3."""
    return float(np.mean([recall(c)(labels, probabilities, weights) for c in range(len(CLASSES))]))


def macro_auroc(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
    """The mean over classes of the area under the one-against-rest ROC curve."""
    areas = [
        roc_auc_score(labels == c, probabilities[:, c], sample_weight=weights) for c in range(len(CLASSES))
    ]
    return float(np.mean(areas))


def calibration_error(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
    """Expected calibration error of the largest probability, 15 equal bins.

    Guo et al. 2017, arXiv:1706.04599, eq. 3.
    """
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((sure * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights * (sure - right), CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def refer_sensitivity(refer_at: float) -> Figure:
    """The figure: the share of malignant pictures whose malignancy probability reaches `refer_at`."""

    def figure(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
        malignant = np.isin(labels, _MALIGNANT)
        return _share(weights * malignant, probabilities[:, _MALIGNANT].sum(axis=1) >= refer_at)

    return figure


def refer_specificity(refer_at: float) -> Figure:
    """The figure: the share of benign pictures whose malignancy probability stays below `refer_at`."""

    def figure(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
        benign = ~np.isin(labels, _MALIGNANT)
        return _share(weights * benign, probabilities[:, _MALIGNANT].sum(axis=1) < refer_at)

    return figure


def coverage(label: int, rules: decision.Rules) -> Figure:
    """The figure: the share of the class's pictures whose prediction set holds the class."""

    def figure(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
        own = weights * (labels == label)
        return _share(own, decision.included(probabilities, rules)[:, label])

    return figure


def set_size(rules: decision.Rules) -> Figure:
    """The figure: how many classes a prediction set holds on average."""

    def figure(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
        sizes = decision.included(probabilities, rules).sum(axis=1)
        return float((weights * sizes).sum() / weights.sum())

    return figure


def rate(happened: NDArray[Any]) -> Figure:
    """The figure: the mean of `happened` (pictures,), 0 to 1 each; of truths, the share that is true."""
    return lambda labels, probabilities, weights: _share(weights, happened)


def with_interval(
    figure: Figure, labels: Labels, probabilities: Probabilities, lesions: list[str], seed: int = 0
) -> dict[str, float]:
    """The figure's `value` with its 95 % bootstrap interval, `low` to `high`.

    Lesions are drawn with replacement, not pictures, since pictures of one lesion are alike
    (Efron & Tibshirani 1993, section 8.4). A draw that leaves out a whole class is left out.
    """
    names, owner = np.unique(lesions, return_inverse=True)
    random = np.random.default_rng(seed)
    draws = []
    for _ in range(RESAMPLES):
        counts = random.multinomial(len(names), np.full(len(names), 1 / len(names)))
        weights = counts[owner].astype(np.float64)
        if len(np.unique(labels[weights > 0])) == len(np.unique(labels)):
            draws.append(figure(labels, probabilities, weights))
    low, high = np.percentile(draws, [2.5, 97.5])
    value = figure(labels, probabilities, np.ones(len(labels)))
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _share(weights: Weights, hits: NDArray[np.bool_]) -> float:
    return float((weights * hits).sum() / weights.sum())
