"""What a source says of one picture, before its file is looked for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

# Ids that the ISIC archive and its contributors give out; the same one in two folders is the same thing.
_SHARED_IDS = re.compile(r"(ISIC_\d{7}|(IL|IP|HAM|BCN|MSK\d*)_\d{6,})$")


@dataclass(frozen=True)
class Entry:
    """One row of a source's tables.

    `diagnosis` holds the source's own words, the most exact first; `dermoscopic` is false of a picture
    taken without a dermatoscope. What a source doesn't know is the empty string.
    """

    image_id: str
    diagnosis: tuple[str, ...]
    lesion_id: str = ""
    patient_id: str = ""
    dermoscopic: bool = True
    age: str = ""
    sex: str = ""
    site: str = ""
    skin_tone: str = ""
    centre: str = ""
    confirmation: str = ""


@dataclass(frozen=True)
class Tables:
    """The tables of a source below a folder, and what they say. `name` is the source's name in the split."""

    name: str
    paths: tuple[Path, ...]
    entries: tuple[Entry, ...]
    faults: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Source:
    """A kind of data set.

    `looks_like` names its tables in words. `find` gives the tables that this kind has below a folder,
    none when the folder is of another kind; `read` reads them, and collects what is wrong in
    `Tables.faults` instead of stopping at the first.
    """

    name: str
    looks_like: str
    find: Callable[[Path], tuple[Path, ...]]
    read: Callable[[Path, tuple[Path, ...]], Tables]


def find_below(folder: Path, *patterns: str) -> tuple[Path, ...]:
    """Files below `folder` that match one of `patterns`, in the order of the patterns and then of paths."""
    return tuple(
        path
        for pattern in patterns
        for path in sorted(folder.rglob(pattern))
        if path.is_file() and not path.name.startswith("._")
    )


def qualify(identifier: str, source: str) -> str:
    """`identifier` as it is known over all sources: an archive's own as it is, any other with its source."""
    if not identifier or _SHARED_IDS.match(identifier):
        return identifier
    return f"{source}/{identifier}"


def only_words(words: Iterable[str]) -> tuple[str, ...]:
    """`words` without the empty ones."""
    return tuple(word for word in words if word)
