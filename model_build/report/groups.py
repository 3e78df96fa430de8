"""How good the model is for one group of people, sites or diagnoses at a time. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from model_build import metrics
from model_build.calibrate import is_malignant, malignancies
from model_build.metrics import Labels, Probabilities
from model_build.report.records import UNKNOWN

LEAST_LESIONS = 2
"""With fewer lesions of a class, too many draws of a bootstrap would leave the class out."""

Interval = dict[str, float]
"""A figure's `value`, `low` and `high`, all 0 to 1."""


@dataclass(frozen=True)
class Group:
    """The figures of one group; None where it has no picture to measure them on.

    A balanced accuracy needs `LEAST_LESIONS` of every class, sensitivity at *refer*
    malignant pictures and specificity benign ones.
    """

    name: str
    pictures: int
    lesions: int
    malignant: int
    accuracy: Interval
    balanced_accuracy: Interval | None
    sensitivity: Interval | None
    specificity: Interval | None


def measure_groups(
    names: Sequence[str],
    labels: Labels,
    probabilities: Probabilities,
    classes: Classes,
    lesions: Sequence[str],
    refer_at: float,
) -> list[Group]:
    """The figures of every group, in the order of their names, the unknown last.

    `names` holds the group of each picture, `labels` (n,), `probabilities` (n, classes) and `lesions`
    what is known of it. Intervals are 95 %, by lesion.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(names):
        members[name].append(index)
    return [
        _measure(
            name,
            labels[members[name]],
            probabilities[members[name]],
            classes,
            [lesions[index] for index in members[name]],
            refer_at,
        )
        for name in sorted(members, key=lambda name: (name == UNKNOWN, name))
    ]


def _measure(
    name: str,
    labels: Labels,
    probabilities: Probabilities,
    classes: Classes,
    lesions: list[str],
    refer_at: float,
) -> Group:
    malignant = is_malignant(labels, classes)
    referred = malignancies(probabilities, classes) >= refer_at
    right = probabilities.argmax(axis=1) == labels
    lesions_of = [len({lesions[i] for i in np.flatnonzero(labels == c)}) for c in range(len(classes.named))]
    complete = min(lesions_of) >= LEAST_LESIONS
    return Group(
        name,
        pictures=len(labels),
        lesions=len(set(lesions)),
        malignant=int(malignant.sum()),
        accuracy=_share(right, lesions),
        balanced_accuracy=(
            metrics.with_interval(metrics.balanced_accuracy, labels, probabilities, lesions)
            if complete
            else None
        ),
        sensitivity=_share_among(malignant, referred, lesions),
        specificity=_share_among(~malignant, ~referred, lesions),
    )


def _share_among(
    counted: NDArray[np.bool_], happened: NDArray[np.bool_], lesions: list[str]
) -> Interval | None:
    if not counted.any():
        return None
    return _share(happened[counted], [lesions[index] for index in np.flatnonzero(counted)])


def _share(happened: NDArray[np.bool_], lesions: list[str]) -> Interval:
    # One label for all: a share is there in every draw, whatever classes it leaves out.
    same = np.zeros(len(happened), np.int64)
    return metrics.with_interval(metrics.rate(happened), same, np.zeros((len(happened), 1)), lesions)
