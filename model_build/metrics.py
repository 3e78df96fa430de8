"""Figures with their uncertainty. Pure functions on labels and probabilities."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Labels = NDArray[np.int64]
"""Class indices, shape (pictures,)."""
Probabilities = NDArray[np.float64]
"""Shape (pictures, classes), rows add up to 1."""
Weights = NDArray[np.float64]
"""How often each picture counts, shape (pictures,)."""
Figure = Callable[[Labels, Probabilities, Weights], float]

RESAMPLES = 1000
CALIBRATION_BINS = 15


def recall(label: int) -> Figure:
    """The figure: the share of the class's pictures whose largest probability is the class's."""

    def figure(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
        own = weights * (labels == label)
        return _share(own, probabilities.argmax(axis=1) == label)

    return figure


def balanced_accuracy(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
    """The mean of the recalls of all classes that are there, the figure of merit of ISIC 2018 Task 3."""
    return float(np.mean([recall(c)(labels, probabilities, weights) for c in np.unique(labels)]))


def macro_auroc(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
    """The mean over the classes that are there of the area under the one-against-rest ROC curve."""
    present = np.unique(labels)
    areas = [roc_auc_score(labels == c, probabilities[:, c], sample_weight=weights) for c in present]
    return float(np.mean(areas))


def auroc(positive: NDArray[np.bool_], score: NDArray[np.float64]) -> Figure:
    """The figure: the area under the ROC curve of `score` (pictures,) for `positive` (pictures,)."""
    return lambda labels, probabilities, weights: float(roc_auc_score(positive, score, sample_weight=weights))


def calibration_error(labels: Labels, probabilities: Probabilities, weights: Weights) -> float:
    """Expected calibration error of the largest probability, 15 equal bins.

    Guo et al. 2017, arXiv:1706.04599, eq. 3.
    """
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((sure * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights * (sure - right), CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def rate(happened: NDArray[Any], among: NDArray[np.bool_] | None = None) -> Figure:
    """The figure: the mean of `happened` (pictures,), 0 to 1 each, over the pictures `among`, or all."""
    counted = np.ones(len(happened)) if among is None else among.astype(np.float64)
    return lambda labels, probabilities, weights: _share(weights * counted, happened)


def with_interval(
    figure: Figure, labels: Labels, probabilities: Probabilities, lesions: Sequence[str], seed: int = 0
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
    value = figure(labels, probabilities, np.ones(len(labels)))
    low, high = np.percentile(draws, [2.5, 97.5]) if draws else (value, value)
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _share(weights: Weights, hits: NDArray[Any]) -> float:
    return float((weights * hits).sum() / weights.sum())
