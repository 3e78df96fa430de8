"""How right this device was, by the diagnoses that were confirmed later. Pure: outcomes in, figures out."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from device.classes import Classes
from device.examination import Triage
from device.records.values import OTHER, Outcome

FEW_LESIONS = 30
"""Below so many lesions of a kind a share of 90 % has an interval wider than 20 points."""

BINS = 5
_Z = 1.959964
"""The 97.5th percentile of the normal distribution, for intervals of 95 %."""


@dataclass(frozen=True)
class Share:
    """A share of `of` examinations of `lesions` lesions, 0 to 1, with its 95 % interval."""

    value: float
    low: float
    high: float
    of: int
    lesions: int


@dataclass(frozen=True)
class Bin:
    """Examinations given a malignancy probability in a range: its mean, and the malignant among them."""

    start: float
    end: float
    mean: float
    malignant: Share


@dataclass(frozen=True)
class Accuracy:
    """All figures; a share is None where nothing was confirmed that it could be of.

    `confusion` counts the judged examinations, by what it was and what was likeliest; `judged`
    are those that the device said *refer* or *watch* of. `recall` is of each class; their mean is
    `balanced_accuracy`, over the classes that occur. `sensitivity` and `specificity` are those of
    *refer* for malignant lesions; a lesion that is none of the classes counts as not malignant.
    """

    lesions: int
    examinations: int
    judged: int
    by_confirmation: Mapping[str, int]
    by_triage: Mapping[str, int]
    models: tuple[str, ...]
    confusion: Mapping[str, Mapping[str, int]]
    recall: Mapping[str, Share | None]
    balanced_accuracy: float | None
    sensitivity: Share | None
    specificity: Share | None
    calibration: tuple[Bin, ...]

    @property
    def few(self) -> bool:
        """True when all of this is a hint at most."""
        return self.lesions < FEW_LESIONS


def measure(outcomes: Sequence[Outcome], classes: Classes) -> Accuracy:
    """The device's accuracy; every examination of a confirmed lesion counts.

    `classes` are today's; those of former models that occur are counted beside them.
    """
    outcomes = [
        each if each.malignant is not None else replace(each, malignant=each.diagnosis in classes.malignant)
        for each in outcomes
    ]
    judged = [each for each in outcomes if each.triage in (Triage.REFER, Triage.WATCH)]
    codes = tuple(dict.fromkeys((*classes.output_codes, *(each.likeliest for each in judged))))
    truths = dict.fromkeys((*codes, *(each.diagnosis for each in judged), OTHER))
    confusion = {truth: dict.fromkeys(codes, 0) for truth in truths}
    for each in judged:
        confusion[each.diagnosis][each.likeliest] += 1
    recall = {
        label: _share((e for e in judged if e.diagnosis == label), lambda e: e.likeliest == e.diagnosis)
        for label in codes
    }
    known = [share.value for share in recall.values() if share]
    return Accuracy(
        lesions=len({each.lesion for each in outcomes}),
        examinations=len(outcomes),
        judged=len(judged),
        by_confirmation=dict(Counter(each.confirmed_by.value for each in outcomes)),
        by_triage=dict(Counter(each.triage.value for each in outcomes)),
        models=tuple(sorted({each.model for each in outcomes})),
        confusion=confusion,
        recall=recall,
        balanced_accuracy=sum(known) / len(known) if known else None,
        sensitivity=_share((e for e in judged if _malignant(e)), lambda e: e.triage is Triage.REFER),
        specificity=_share((e for e in judged if not _malignant(e)), lambda e: e.triage is Triage.WATCH),
        calibration=_calibration(judged),
    )


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share seen in `count` independent trials, at least one.

    Wilson 1927, J. Am. Stat. Assoc. 22:209, doi:10.1080/01621459.1927.10502953.
    """
    square = _Z * _Z
    middle = share + square / (2 * count)
    half = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    scale = 1 + square / count
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def share_of(trials: Sequence[tuple[str, bool]]) -> Share | None:
    """The share of trials, each of a lesion, that hold; None without any."""
    if not trials:
        return None
    value = sum(holds for _, holds in trials) / len(trials)
    # Two pictures of a lesion tell hardly more than one: only lesions count as trials.
    lesions = len({lesion for lesion, _ in trials})
    return Share(value, *wilson(value, lesions), len(trials), lesions)


def _share(outcomes: Iterable[Outcome], right: Callable[[Outcome], bool]) -> Share | None:
    return share_of([(each.lesion, right(each)) for each in outcomes])


def _calibration(judged: Sequence[Outcome]) -> tuple[Bin, ...]:
    bins = []
    for number in range(BINS):
        inside = [each for each in judged if min(int(each.malignancy * BINS), BINS - 1) == number]
        malignant = _share(inside, _malignant)
        if malignant:
            mean = sum(each.malignancy for each in inside) / len(inside)
            bins.append(Bin(number / BINS, (number + 1) / BINS, mean, malignant))
    return tuple(bins)


def _malignant(outcome: Outcome) -> bool:
    return bool(outcome.malignant)
