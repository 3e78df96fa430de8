"""The classes of lesion that a model tells apart, with all that is said of them: plain values.

A bundle brings its own, an examination names those that it was made with, and
`shipped/ham10000.json` holds those of the shipped model, in the same form.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENGLISH = "en"
"""Every class has a name in it."""

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True)
class LesionClass:
    """One class: its code, whether it is malignant or pre-malignant, its names and a sentence on it.

    `names` and `texts` are by language (ISO 639-1); there is always an English name.
    Raises ValueError for a code that isn't made of small letters, digits, "_" and "-", and
    without an English name.
    """

    code: str
    malignant: bool
    names: Mapping[str, str]
    texts: Mapping[str, str]

    def __post_init__(self) -> None:
        """Check code and names."""
        if not is_code(self.code):
            raise ValueError(f"'{self.code}' as the code of a class")
        if not self.names.get(ENGLISH):
            raise ValueError(f"an English name of the class '{self.code}'")

    def name(self, language: str = ENGLISH) -> str:
        """What it is called in a language, in English where nobody said."""
        return self.names.get(language) or self.names[ENGLISH]

    def text(self, language: str = ENGLISH) -> str:
        """A sentence that explains it; in English where nobody wrote one, and empty without that."""
        return self.texts.get(language) or self.texts.get(ENGLISH, "")


@dataclass(frozen=True)
class Classes:
    """All that a model may answer: the classes that it names, and what is `beside` them.

    Outputs beside are for lesions of none of the named classes. Every vector of probabilities
    is in the order of `outputs`. Raises ValueError when a code comes twice, or with fewer than
    two classes.
    """

    named: tuple[LesionClass, ...]
    beside: tuple[LesionClass, ...] = ()

    def __post_init__(self) -> None:
        """Check that they can be told apart."""
        if len(self.named) < 2 or len(set(self.output_codes)) < len(self.outputs):
            raise ValueError("at least two classes, each code once,")

    @property
    def outputs(self) -> tuple[LesionClass, ...]:
        """The named classes, then those beside."""
        return self.named + self.beside

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the named classes."""
        return tuple(each.code for each in self.named)

    @property
    def beside_codes(self) -> tuple[str, ...]:
        """The codes of the outputs beside."""
        return tuple(each.code for each in self.beside)

    @property
    def output_codes(self) -> tuple[str, ...]:
        """The codes of all outputs."""
        return self.codes + self.beside_codes

    @property
    def malignant(self) -> frozenset[str]:
        """The codes of all outputs whose probabilities add up to the malignancy probability."""
        return frozenset(each.code for each in self.outputs if each.malignant)

    def get(self, code: str) -> LesionClass | None:
        """The output of this code, or None."""
        return next((each for each in self.outputs if each.code == code), None)


def is_code(text: object) -> bool:
    """True of a text that may be the code of a class."""
    return isinstance(text, str) and _CODE.fullmatch(text) is not None


def classes_to_json(classes: Classes, with_texts: bool = True) -> dict[str, Any]:
    """Plain values, as they stand in a bundle's manifest; examinations go without the texts."""

    def write(each: LesionClass) -> dict[str, Any]:
        value = {"code": each.code, "malignant": each.malignant, "names": dict(each.names)}
        return value | ({"texts": dict(each.texts)} if with_texts else {})

    return {
        "classes": [write(each) for each in classes.named],
        "beside": [write(each) for each in classes.beside],
    }


def classes_from_json(value: Mapping[str, Any]) -> Classes:
    """The inverse of `classes_to_json`. Raises KeyError, TypeError or ValueError for another form."""
    return Classes(tuple(map(_read, value["classes"])), tuple(map(_read, value.get("beside", ()))))


def _read(value: Mapping[str, Any]) -> LesionClass:
    if type(value["malignant"]) is not bool:
        raise TypeError(f"'malignant' of class '{value['code']}'")
    return LesionClass(
        value["code"], value["malignant"], _texts(value["names"]), _texts(value.get("texts", {}))
    )


def _texts(value: Mapping[str, str]) -> dict[str, str]:
    if not all(isinstance(text, str) for text in (*value.keys(), *value.values())):
        raise TypeError("a name or text of a class")
    return dict(value)


PRESET = classes_from_json(json.loads((Path(__file__).parent / "shipped/ham10000.json").read_text("utf-8")))
"""HAM10000's seven diagnostic classes, and two outputs beside them for what is none of the seven.

Tschandl P. et al., Sci. Data 5, 180161 (2018), doi:10.1038/sdata.2018.161.
"""

HAM10000 = Classes(PRESET.named)
"""The seven classes alone: what models answered before there were outputs beside them."""
