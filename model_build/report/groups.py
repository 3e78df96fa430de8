"""How good the model is for one group of people, sites or diagnoses at a time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model_build import metrics
from model_build.metrics import Interval
from model_build.report.held_out import HeldOut
from model_build.report.records import UNKNOWN

LEAST_LESIONS = 2
"""With fewer lesions of a class, too many draws of a bootstrap would leave the class out."""


@dataclass(frozen=True)
class Group:
    """The figures of one group; None where it has no picture to measure them on.

    Accuracies are over the pictures of the `named` classes; a balanced accuracy needs
    `LEAST_LESIONS` of every class, sensitivity at *refer* malignant pictures and specificity
    benign ones.
    """

    name: str
    pictures: int
    lesions: int
    malignant: int
    named: int
    accuracy: Interval | None
    balanced_accuracy: Interval | None
    sensitivity: Interval | None
    specificity: Interval | None


def measure_groups(names: Sequence[str], held: HeldOut) -> list[Group]:
    """The figures of every group, in the order of their names, the unknown last.

    `names` holds the group of each held-out picture. Intervals are 95 %, by lesion, twins and one
    patient's lesions together.
    """
    return [
        _measure(name, held.of(np.array(names) == name))
        for name in sorted(set(names), key=lambda name: (name == UNKNOWN, name))
    ]


def _measure(name: str, held: HeldOut) -> Group:
    named = held.of_named
    right = named.probabilities.argmax(axis=1) == named.labels
    return Group(
        name,
        pictures=len(held.labels),
        lesions=len(set(held.answers.lesions)),
        malignant=int(held.malignant.sum()),
        named=len(named.labels),
        accuracy=_share(right, named),
        balanced_accuracy=_balanced_accuracy(named),
        sensitivity=_share(held.referred[held.malignant], held.of(held.malignant)),
        specificity=_share(~held.referred[~held.malignant], held.of(~held.malignant)),
    )


def _balanced_accuracy(named: HeldOut) -> Interval | None:
    lesions = np.array(named.answers.lesions)
    of_each = [len(np.unique(lesions[named.labels == c])) for c in range(len(named.classes.named))]
    if min(of_each) < LEAST_LESIONS:
        return None
    return metrics.with_interval(
        metrics.balanced_accuracy, named.labels, named.probabilities, named.answers.clusters
    )


def _share(happened: NDArray[np.bool_], among: HeldOut) -> Interval | None:
    if not len(happened):
        return None
    return metrics.with_interval(metrics.rate(happened), among.labels, among.joint, among.answers.clusters)
