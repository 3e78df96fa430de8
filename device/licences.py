"""The libraries that this runs with, third-party files that lie in it, and under which licences."""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions

from browser.runtime import packages

_FONTS = ("DejaVu Sans", "2.37", "Bitstream-Vera")

_LONGEST = 80


@dataclass(frozen=True, order=True)
class Library:
    """An installed library; `licence` is what its own metadata says, empty where that says nothing."""

    name: str
    version: str
    licence: str


@cache
def libraries() -> tuple[Library, ...]:
    """All libraries of this environment by name, without Dermapoint itself."""
    found = {
        Library(each.name, each.version, licence_of(each))
        for each in distributions()
        if each.name != "dermapoint"
    }
    return tuple(sorted(found, key=lambda each: each.name.lower()))


def enclosed() -> tuple[Library, ...]:
    """What others made and lies in Dermapoint's own package: the fonts, and the browser's runtime."""
    runtime = (Library(each.name, each.version, each.licence) for each in packages())
    return (Library(*_FONTS), *runtime)


def licence_of(library: Distribution) -> str:
    """The licence in the library's metadata, in the newest of the forms that there have been.

    That is `License-Expression` (PEP 639), else the classifiers, else the first line of `License`.
    """
    kinds = _fields(library, "Classifier")
    classified = ", ".join(kind.rpartition(" :: ")[2] for kind in kinds if kind.startswith("License ::"))
    free = [text.strip().partition("\n")[0] for text in _fields(library, "License")]
    forms = (*_fields(library, "License-Expression"), classified, *free)
    return next((text for text in forms if text), "")[:_LONGEST]


def _fields(library: Distribution, name: str) -> list[str]:
    return library.metadata.get_all(name) or []
