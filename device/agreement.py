"""How far examiners, the device and confirmed diagnoses agree. Pure: readings in, figures out.

Only opinions that were said before the device's finding was shown count: others may have followed it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from device.accuracy import Share, share_of
from device.examination import Triage
from device.records.values import Reading

_DECIDED = (Triage.REFER, Triage.WATCH)


@dataclass(frozen=True)
class Agreement:
    """All figures; a share is None where there is nothing that it could be of.

    `opinions` are those that were said blind, of `readers` examiners; `decided` those in which examiner and
    device both said *refer* or *watch*, counted in `table` by what the examiner and then the device said.
    `same_triage` is the share of these in which they said the same, and `kappa` Cohen's, -1 to 1, which
    leaves out what chance alone makes the same; `same_class` is over those that named a class. Of `decided`
    ones whose lesion's diagnosis is confirmed there are sensitivity and specificity of *refer* for a
    malignant lesion, of examiner and device on the same lesions, and how many each got right.
    """

    opinions: int
    readers: int
    decided: int
    table: dict[str, dict[str, int]]
    same_triage: Share | None
    kappa: float | None
    same_class: Share | None
    confirmed: int
    examiner_sensitivity: Share | None
    examiner_specificity: Share | None
    device_sensitivity: Share | None
    device_specificity: Share | None
    both_right: int
    examiner_alone_right: int
    device_alone_right: int
    neither_right: int


def measure_agreement(readings: Sequence[Reading]) -> Agreement:
    """The agreement over all readings; each reader's first opinion on an examination counts."""
    blind = _first_of_each([each for each in readings if each.blind])
    decided = [each for each in blind if each.triage in _DECIDED and each.device_triage in _DECIDED]
    named = [each for each in blind if each.label and each.device_label]
    confirmed = [each for each in decided if each.malignant is not None]
    malignant = [each for each in confirmed if each.malignant]
    harmless = [each for each in confirmed if not each.malignant]

    def right(by_examiner: bool, by_device: bool) -> int:
        return sum(_examiner_right(e) is by_examiner and _device_right(e) is by_device for e in confirmed)

    return Agreement(
        opinions=len(blind),
        readers=len({each.reader for each in blind}),
        decided=len(decided),
        table={
            said.value: {
                found.value: sum(each.triage is said and each.device_triage is found for each in decided)
                for found in _DECIDED
            }
            for said in _DECIDED
        },
        same_triage=_share(decided, lambda each: each.triage is each.device_triage),
        kappa=cohens_kappa([(each.triage, each.device_triage) for each in decided]),
        same_class=_share(named, lambda each: each.label == each.device_label),
        confirmed=len(confirmed),
        examiner_sensitivity=_share(malignant, _examiner_right),
        examiner_specificity=_share(harmless, _examiner_right),
        device_sensitivity=_share(malignant, _device_right),
        device_specificity=_share(harmless, _device_right),
        both_right=right(True, True),
        examiner_alone_right=right(True, False),
        device_alone_right=right(False, True),
        neither_right=right(False, False),
    )


def cohens_kappa(pairs: Sequence[tuple[Triage, Triage]]) -> float | None:
    """Agreement of two raters beyond chance; None without pairs, and where chance alone would agree always.

    Cohen 1960, Educ. Psychol. Meas. 20:37, doi:10.1177/001316446002000104.
    """
    if not pairs:
        return None
    count = len(pairs)
    same = sum(first is second for first, second in pairs) / count
    chance = sum(
        sum(first is each for first, _ in pairs) * sum(second is each for _, second in pairs)
        for each in _DECIDED
    ) / (count * count)
    return None if chance == 1 else (same - chance) / (1 - chance)


def _first_of_each(readings: Iterable[Reading]) -> list[Reading]:
    first: dict[tuple[str, str], Reading] = {}
    for each in readings:
        first.setdefault((each.examination, each.reader), each)
    return list(first.values())


def _examiner_right(reading: Reading) -> bool:
    return (reading.triage is Triage.REFER) is reading.malignant


def _device_right(reading: Reading) -> bool:
    return (reading.device_triage is Triage.REFER) is reading.malignant


def _share(readings: Sequence[Reading], holds: Callable[[Reading], bool]) -> Share | None:
    return share_of([(each.lesion or each.examination, holds(each)) for each in readings])
