"""Which pictures to show: right ones of every class, and the worst mistakes. Pure."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from model_build.metrics import Labels, Probabilities


def pick_right(labels: Labels, probabilities: Probabilities, lesions: Sequence[str], each: int) -> list[int]:
    """Indices of `each` right answers a class, spread evenly from less to more sure, of different lesions.

    Not the surest, which would flatter the model. Fewer where a class has fewer.
    """
    right = probabilities.argmax(axis=1) == labels
    picked = []
    for label in range(probabilities.shape[1]):
        own = np.flatnonzero(right & (labels == label))
        ranked = _one_a_lesion(own[np.argsort(probabilities[own, label], kind="stable")], lesions)
        places = np.linspace(0, len(ranked), min(each, len(ranked)) * 2 + 1)[1::2]
        picked += [ranked[int(place)] for place in places]
    return picked


def pick_missed(
    malignant: NDArray[np.bool_], suspicion: NDArray[np.float64], lesions: Sequence[str], count: int
) -> list[int]:
    """Indices of the malignant lesions with the lowest malignancy probability, one picture a lesion."""
    return _lowest(suspicion, malignant, lesions, count)


def pick_surest_wrong(
    labels: Labels, probabilities: Probabilities, lesions: Sequence[str], count: int
) -> list[int]:
    """Indices of the wrong answers with the highest probability, one picture a lesion."""
    wrong = probabilities.argmax(axis=1) != labels
    return _lowest(-probabilities.max(axis=1), wrong, lesions, count)


def _lowest(
    scores: NDArray[np.float64], among: NDArray[np.bool_], lesions: Sequence[str], count: int
) -> list[int]:
    ranked = np.argsort(scores, kind="stable")
    return _one_a_lesion(ranked[among[ranked]], lesions)[:count]


def _one_a_lesion(indices: Iterable[int], lesions: Sequence[str]) -> list[int]:
    first: dict[str, int] = {}
    for index in indices:
        first.setdefault(lesions[index], int(index))
    return list(first.values())
