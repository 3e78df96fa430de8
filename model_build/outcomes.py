"""What the device would have advised: of held-out lesions, and of pictures that show none."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from device.classifier import Classifier
from device.examination import MALIGNANT, Finding, Triage
from device.images import find_images
from device.quality import measure
from model_build.errors import BuildError
from model_build.foreign.photos import cut_fields
from model_build.foreign.rendered import draw_rendered

FOREIGN_EACH = 60
CUTS_EACH = 2
FOREIGN = "foreign"
OUTCOMES = (*Triage, FOREIGN)
"""The triages, where `no answer` is one for want of certainty, and one that looked like no lesion."""

# Not the seed that the head learnt with.
_SEED = 6

Fields = Iterable[NDArray[np.uint8]]


def outcomes(classifier: Classifier, fields: Fields) -> list[str]:
    """What the device says of each field, one of `OUTCOMES`, with its quality gate before it."""
    return [
        outcome_of(classifier.classify([field], measure(field).advice))
        for field in tqdm(fields, desc="triage", unit="picture")
    ]


def outcome_of(finding: Finding) -> str:
    """Which of `OUTCOMES` a finding is."""
    return FOREIGN if finding.foreign and finding.triage is Triage.NO_ANSWER else finding.triage


def is_refused(outcome: str) -> bool:
    """True when the device would not let the picture pass for one of a lesion."""
    return outcome in (Triage.RETAKE, FOREIGN)


def count_by_malignancy(labels: Iterable[str], said: Iterable[str]) -> dict[str, dict[str, int]]:
    """How often each outcome came, for malignant and for benign pictures."""
    counts = Counter((label in MALIGNANT, outcome) for label, outcome in zip(labels, said, strict=True))
    return {
        name: {outcome: counts[malignant, outcome] for outcome in OUTCOMES}
        for name, malignant in (("malignant", True), ("benign", False))
    }


def refuse_foreign(classifier: Classifier, photo_folders: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """The share refused of every kind of foreign picture, drawn anew, and of the photographs in folders."""
    return {
        kind: {"pictures": len(fields), "refused": _share_refused(classifier, fields)}
        for kind, fields in _unlearnt(photo_folders)
    }


def _unlearnt(photo_folders: Iterable[Path]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    random = np.random.default_rng(_SEED)
    yield from draw_rendered(FOREIGN_EACH, random)
    for folder in photo_folders:
        try:
            yield folder.name, cut_fields(find_images(folder), CUTS_EACH, random)
        except BuildError as error:
            raise BuildError(f"{folder}: {error}") from error


def _share_refused(classifier: Classifier, fields: NDArray[np.uint8]) -> float:
    return round(float(np.mean([is_refused(each) for each in outcomes(classifier, fields)])), 4)
