"""What the device would have advised: of real lesions, and of pictures that show none."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.classifier import Classifier, decision
from device.examination import Finding, Triage
from device.images import find_images
from device.quality import measure
from model_build.answers import Answers
from model_build.errors import BuildError
from model_build.foreign.photos import cut_fields
from model_build.foreign.rendered import draw_rendered
from model_build.progress import progress

FOREIGN_EACH = 60
CUTS_EACH = 2
FOREIGN = "foreign"
OUTCOMES = (*Triage, FOREIGN)
"""The triages, where `no answer` is one for want of certainty, and one that looked like no lesion."""

# Not the seed that the head learnt with.
_SEED = 6

Fields = NDArray[np.uint8]


def outcomes(answers: Answers, fields: Fields, rules: decision.Rules) -> NDArray[np.str_]:
    """What the device says of each picture, one of `OUTCOMES`, with its quality gate before it."""
    joint = decision.combine(answers.logits, rules.temperature)
    foreign = answers.foreign.mean(axis=1) > rules.foreign_above
    said = []
    for number, field in enumerate(progress(fields, "triage", len(fields))):
        answer = decision.name_outputs(joint[number], answers.classes, rules)
        triage, _ = decision.triage(answer, bool(foreign[number]), rules, measure(field).advice)
        said.append(_outcome(bool(foreign[number]), triage))
    return np.array(said)


def outcome_of(finding: Finding) -> str:
    """Which of `OUTCOMES` a finding is."""
    return _outcome(finding.foreign, finding.triage)


def is_refused(outcome: str) -> bool:
    """True when the device would not let the picture pass for one of a lesion."""
    return outcome in (Triage.RETAKE, FOREIGN)


def count_by_malignancy(malignant: NDArray[np.bool_], said: NDArray[np.str_]) -> dict[str, dict[str, int]]:
    """How often each outcome came, for malignant and for benign pictures."""
    counts = Counter(zip(malignant.tolist(), said.tolist(), strict=True))
    return {
        name: {str(outcome): counts[whether, str(outcome)] for outcome in OUTCOMES}
        for name, whether in (("malignant", True), ("benign", False))
    }


def refuse_foreign(
    classifier: Classifier, close_ups: Fields, photo_folders: Iterable[Path]
) -> dict[str, dict[str, Any]]:
    """The share refused of every kind of foreign picture that was not learnt from.

    Rendered ones are drawn anew; `close_ups` are held-out pictures without a dermatoscope.
    """
    kinds = _unlearnt(close_ups, photo_folders)
    return {kind: {"pictures": len(shown), "refused": _refused(classifier, shown)} for kind, shown in kinds}


def check_photos(folders: Iterable[Path]) -> None:
    """Raise BuildError when two `folders` have one name, under which the figures of only one would stand."""
    names = Counter(folder.resolve().name for folder in folders)
    if double := [name for name, count in names.items() if count > 1]:
        raise BuildError(f"--photos: two folders are called {double[0]}; rename one of them")


def _outcome(foreign: bool, triage: Triage) -> str:
    return FOREIGN if foreign and triage is Triage.NO_ANSWER else str(triage)


def _unlearnt(close_ups: Fields, photo_folders: Iterable[Path]) -> Iterator[tuple[str, Fields]]:
    random = np.random.default_rng(_SEED)
    if len(close_ups):
        yield "close-ups without a dermatoscope", close_ups
    yield from draw_rendered(FOREIGN_EACH, random)
    for folder in photo_folders:
        try:
            yield folder.resolve().name, cut_fields(find_images(folder), CUTS_EACH, random)
        except BuildError as error:
            raise BuildError(f"{folder}: {error}") from error


def _refused(classifier: Classifier, fields: Fields) -> float:
    found = [classifier.classify([field], measure(field).advice) for field in progress(fields, "foreign")]
    return round(float(np.mean([is_refused(outcome_of(finding)) for finding in found])), 4)
