"""The libraries that this runs with, and under which licences."""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions

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


def licence_of(library: Distribution) -> str:
    """The licence in the library's metadata, in the newest of the forms that there have been.

    That is `License-Expression` (PEP 639), else the classifiers, else the first line of `License`.
    """
    told = library.metadata
    classified = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    free = (told.get("License") or "").strip().partition("\n")[0]
    return (told.get("License-Expression") or ", ".join(classified) or free)[:_LONGEST]
