"""Figures with their uncertainty. Pure functions on labels and probabilities.

A figure is NaN where the weights leave nothing to measure it on.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict

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


class Interval(TypedDict):
    """A figure's value and the ends of its 95 % interval, which are None where it has none."""

    value: float
    low: float | None
    high: float | None


RESAMPLES = 1000
LEAST_DEFINED = 0.5
"""The share of the draws in which a figure must be defined to have an interval."""
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
    return float(np.mean([_area(labels == c, probabilities[:, c], weights) for c in present]))


def auroc(positive: NDArray[np.bool_], score: NDArray[np.float64]) -> Figure:
    """The figure: the area under the ROC curve of `score` (pictures,) for `positive` (pictures,)."""
    return lambda labels, probabilities, weights: _area(positive, score, weights)


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
    figure: Figure, labels: Labels, probabilities: Probabilities, clusters: Sequence[str], seed: int = 0
) -> Interval:
    """The figure's `value` with its 95 % bootstrap interval, `low` to `high`.

    Whole clusters are drawn with replacement, not pictures, since pictures of one lesion or patient
    are alike (Efron & Tibshirani 1993, section 8.4); `clusters` names that of each picture. A draw
    in which the figure isn't defined is left out; where fewer than `LEAST_DEFINED` are left, there
    is no interval.
    """
    names, owner = np.unique(clusters, return_inverse=True)
    random = np.random.default_rng(seed)
    draws = []
    for _ in range(RESAMPLES):
        counts = random.multinomial(len(names), np.full(len(names), 1 / len(names)))
        draws.append(figure(labels, probabilities, counts[owner].astype(np.float64)))
    defined = [each for each in draws if np.isfinite(each)]
    value = round(figure(labels, probabilities, np.ones(len(labels))), 4)
    if len(defined) < LEAST_DEFINED * RESAMPLES:
        return {"value": value, "low": None, "high": None}
    low, high = np.percentile(defined, [2.5, 97.5])
    return {"value": value, "low": round(float(low), 4), "high": round(float(high), 4)}


def in_words(figure: Interval | None, form: str = ".3f") -> str:
    """Value and interval, each in the format `form`; the value alone where it has none, "" for no figure."""
    if figure is None:
        return ""
    value, low, high = figure["value"], figure["low"], figure["high"]
    if low is None or high is None:
        return f"{value:{form}} (no interval)"
    return f"{value:{form}} ({low:{form}} to {high:{form}})"


def _share(weights: Weights, hits: NDArray[Any]) -> float:
    whole = float(weights.sum())
    return float((weights * hits).sum()) / whole if whole else np.nan


def _area(positive: NDArray[np.bool_], score: NDArray[np.float64], weights: Weights) -> float:
    if not weights[positive].any() or not weights[~positive].any():
        return np.nan
    return float(roc_auc_score(positive, score, sample_weight=weights))
