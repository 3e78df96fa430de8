"""Which classes a model is built for, and which diagnosis belongs to which: by default, or as a file says.

A file is TOML; docs/data.md has an example. Its classes have the form of those in a bundle, and the
diagnoses that each holds beside it.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device.classes import ENGLISH, PRESET, Classes, LesionClass, is_code
from model_build.errors import BuildError, report
from model_build.sources import diagnoses
from model_build.sources.diagnoses import BESIDE, LABELS, MALIGNANT_LABELS, NO_DERMOSCOPY, UNDECIDED

_KEYS = ("code", "malignant", "names", "texts", "diagnoses")
_LANGUAGE = re.compile(r"[a-z]{2}")
_RESERVED = (*BESIDE, NO_DERMOSCOPY, UNDECIDED)


@dataclass(frozen=True)
class Taxonomy:
    """Classes, and what each diagnosis of a source is among them.

    `words` gives a class, or another label, to diagnoses by their exact words, in small letters;
    `labels` to all that the written table of `sources.diagnoses` has under one label. What is in
    neither is what that table says.
    """

    classes: Classes = PRESET
    words: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def label_of(self, diagnosis: Iterable[str]) -> str | None:
        """The label of a diagnosis in a source's words, the most exact first; None when no word is known.

        A word that is not known gives way to the next wider one: "Nevus, Spitz" is a nevus.
        """
        for word in diagnosis:
            small = diagnoses.normalize(word)
            if small in self.words:
                return self.words[small]
            if label := diagnoses.find_label(small):
                return self.labels.get(label, label)
        return None

    def to_json(self) -> dict[str, Any]:
        """All that a model depends on: not how the classes are called."""
        return {
            "classes": {each.code: each.malignant for each in self.classes.outputs},
            "words": dict(sorted(self.words.items())),
            "labels": dict(sorted(self.labels.items())),
        }


DEFAULT = Taxonomy()
"""HAM10000's seven classes, with the diagnoses of the written table."""


def read_taxonomy(path: Path) -> Taxonomy:
    """The classes that a file describes. Raises BuildError with all that is wrong with it."""
    content = _load(path)
    faults = [
        f"'{key}' is none of its keys: classes, beside" for key in content.keys() - {"classes", "beside"}
    ]
    given = content.get("classes")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        faults.append("has no list of classes; begin each with a line [[classes]]")
        given = []
    held: dict[str, str] = {}
    named = [_read_class(number, each, held, faults) for number, each in enumerate(given, 1)]
    _read_beside(content.get("beside", {}), held, faults)
    classes = [each for each in named if each]
    counts = Counter(each.code for each in classes)
    faults += [f"'{code}' is the code of {count} classes" for code, count in counts.items() if count > 1]
    if given and not any(each.get("malignant") is True for each in given):
        faults.append("no class is malignant; a device that warns of nothing must not be built")
    if len(given) == 1:
        faults.append("has one class; a model needs two")
    faults += _benign_that_are_not(classes, held)
    if faults:
        raise BuildError(report([f"{path}: {fault}" for fault in faults], "the classes"))
    return Taxonomy(
        Classes(tuple(classes), PRESET.beside),
        {word: code for word, code in held.items() if word not in LABELS},
        {label: held.get(label, _beside_of(label)) for label in LABELS if label != NO_DERMOSCOPY},
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise BuildError(f"{path}: can't be read ({error.strerror}); give --classes a file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BuildError(f"{path}: is no TOML in UTF-8 ({error}); mend it there") from error


def _read_class(
    number: int, given: Mapping[str, Any], held: dict[str, str], faults: list[str]
) -> LesionClass | None:
    """A class, or None after a note among `faults`; its diagnoses go to `held`."""
    code = given.get("code")
    who = f"class {number} ({code})" if isinstance(code, str) else f"class {number}"
    before = len(faults)
    for key in given.keys() - set(_KEYS):
        faults.append(f"{who}: '{key}' is none of its keys: {', '.join(_KEYS)}")
    if not is_code(code):
        faults.append(f"{who}: needs a code of small letters, digits, '_' and '-', at most 32")
    elif code in _RESERVED:
        faults.append(f"{who}: '{code}' has another meaning here; take another code")
    if not isinstance(given.get("malignant"), bool):
        faults.append(f"{who}: needs malignant = true or malignant = false")
    names, texts = given.get("names", {}), given.get("texts", {})
    for key, words in (("names", names), ("texts", texts)):
        if not _is_by_language(words):
            faults.append(f'{who}: {key} stand by language, such as {key}.en = "..."')
    if isinstance(names, dict) and not names.get(ENGLISH):
        faults.append(f"{who}: needs an English name, names.en")
    _hold(who, given.get("diagnoses", [code]), str(code), held, faults)
    if len(faults) > before:
        return None
    return LesionClass(str(code), given["malignant"], names, texts)


def _read_beside(given: Any, held: dict[str, str], faults: list[str]) -> None:
    """Words that the written table lacks, for what is none of the classes."""
    known = (*BESIDE, UNDECIDED)
    if not isinstance(given, dict) or given.keys() - set(known):
        faults.append(f"[beside] has lists of diagnoses for {', '.join(known)}, and nothing else")
        return
    for label, words in given.items():
        _hold(f"beside.{label}", words, label, held, faults)


def _hold(who: str, words: Any, code: str, held: dict[str, str], faults: list[str]) -> None:
    if not isinstance(words, list) or not words or not all(isinstance(each, str) for each in words):
        faults.append(f'{who}: diagnoses are a list of words, such as ["melanoma in situ"]')
        return
    for word in map(diagnoses.normalize, words):
        if word in (NO_DERMOSCOPY, UNDECIDED):
            faults.append(f"{who}: '{word}' is no diagnosis")
        elif held.setdefault(word, code) != code:
            faults.append(f"{who}: '{word}' belongs to '{held[word]}' already")


def _benign_that_are_not(classes: Collection[LesionClass], held: Mapping[str, str]) -> list[str]:
    """A benign class that holds a malignant diagnosis would have the device watch it."""
    benign = {each.code for each in classes if not each.malignant} | {diagnoses.OTHER_LESION}
    return [
        f"'{code}' is benign and holds '{word}', which the table in docs/data.md has under {label}"
        for word, code in held.items()
        if code in benign and (label := diagnoses.find_label(word)) in MALIGNANT_LABELS
    ]


def _beside_of(label: str) -> str:
    """Where a label goes that no class of a file holds."""
    return diagnoses.MALIGNANT_OTHER if label in MALIGNANT_LABELS else diagnoses.OTHER_LESION


def _is_by_language(words: Any) -> bool:
    return isinstance(words, dict) and all(
        _LANGUAGE.fullmatch(language) and isinstance(text, str) for language, text in words.items()
    )
