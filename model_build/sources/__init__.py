"""Data sets as they lie on disk: one file a kind, and a registry that knows each by its tables."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from device.images import find_images
from model_build.errors import BuildError, report
from model_build.sources import ham10000, isic_archive, isic_challenges, milk10k, plain
from model_build.sources.diagnoses import NO_DERMOSCOPY, UNDECIDED
from model_build.sources.entry import Entry, Source, Tables, qualify

SOURCES: tuple[Source, ...] = (
    ham10000.SOURCE,
    milk10k.SOURCE,
    isic_challenges.ISIC2017,
    isic_challenges.ISIC2018,
    isic_challenges.ISIC2019,
    isic_archive.SOURCE,
    plain.SOURCE,
)
"""Every kind of data set; a folder is of the first kind that finds its tables there."""

LabelOf = Callable[[tuple[str, ...]], str | None]
"""The label of a diagnosis in a source's words, the most exact first; None when no word is known."""

# Masks are named like the pictures they belong to; "details" and "demo_frames" hold copies of pictures.
SIDE_FOLDERS = frozenset({"details", "masks", "demo_frames"})
_SHOWN = 3


@dataclass(frozen=True)
class Folder:
    """A folder of data as given: `squashed` when its 4:3 pictures were squashed to another shape."""

    path: Path
    squashed: bool = False


@dataclass(frozen=True)
class Picture:
    """One picture with its file, its label, and its source.

    `ties` are the lesions and patients that it shares with other pictures, `origins` the sources and
    centres that have it. Ids are qualified by their source unless an archive gave them out.
    """

    entry: Entry
    label: str
    source: str
    path: Path
    squashed: bool
    ties: frozenset[str]
    origins: frozenset[str]

    @property
    def image_id(self) -> str:
        """The picture's id, which no other picture has."""
        return self.entry.image_id

    @property
    def lesion_id(self) -> str:
        """The lesion's id; the picture's own where the source knows none."""
        return self.entry.lesion_id or self.entry.image_id


@dataclass(frozen=True)
class Collection:
    """All pictures of all folders in the order of ids, the tables read, and counts of what was left aside."""

    pictures: tuple[Picture, ...]
    tables: tuple[Path, ...]
    left_aside: dict[str, int]


def read_folders(folders: Iterable[Folder], label_of: LabelOf) -> Collection:
    """Every picture of `folders`, labelled by `label_of`.

    Raises BuildError with all that is wrong with all of them.
    """
    faults: list[str] = []
    tables: list[Path] = []
    aside: Counter[str] = Counter()
    found: dict[str, Picture] = {}
    for folder in folders:
        try:
            read = _read_tables(folder.path)
        except BuildError as error:
            faults.append(str(error))
            continue
        tables += read.paths
        pictures, wrong = _match(folder, read, label_of, aside)
        faults += wrong
        faults += _merge(found, pictures)
    if faults:
        raise BuildError(report(faults))
    return Collection(tuple(found[key] for key in sorted(found)), tuple(tables), dict(aside))


def some(names: Iterable[str]) -> str:
    """The first few of `names`, and how many more there are."""
    every = list(names)
    more = len(every) - _SHOWN
    return ", ".join(every[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _read_tables(folder: Path) -> Tables:
    if not folder.is_dir():
        raise BuildError(f"{folder}: there is no such folder")
    for source in SOURCES:
        if paths := source.find(folder):
            return source.read(folder, paths)
    known = "; ".join(source.looks_like for source in SOURCES)
    raise BuildError(f"{folder}: no table that is known here is in it ({known})")


def _match(
    folder: Folder, tables: Tables, label_of: LabelOf, aside: Counter[str]
) -> tuple[list[Picture], list[str]]:
    files, faults = _find_files(folder.path)
    faults += tables.faults
    counts = Counter(entry.image_id for entry in tables.entries)
    where = tables.paths[0]
    if nameless := counts.pop("", 0):
        faults.append(f"{where}: {nameless} rows name no picture; use the original table")
    if double := [name for name, count in counts.items() if count > 1]:
        faults.append(f"{where}: {some(double)} stand there more than once; use the original table")
    unknown: Counter[str] = Counter()
    missing, pictures, undiagnosed = [], [], []
    for entry in tables.entries:
        if not entry.image_id:
            continue
        label = label_of(entry.diagnosis) if entry.dermoscopic else NO_DERMOSCOPY
        if label is None and not any(entry.diagnosis):
            undiagnosed.append(entry.image_id)
        elif label is None:
            unknown[entry.diagnosis[0]] += 1
        elif label == UNDECIDED:
            aside[entry.diagnosis[0]] += 1
        elif entry.image_id not in files:
            missing.append(entry.image_id)
        else:
            pictures.append(_picture(entry, label, tables.name, files[entry.image_id], folder.squashed))
    if unknown:
        words = ", ".join(f"'{word}' ({count})" for word, count in unknown.most_common())
        faults.append(
            f"{where}: unknown diagnoses: {words}; name one of the table's in docs/data.md instead, "
            "or give each a label in the file of --classes"
        )
    if undiagnosed:
        faults.append(
            f"{where}: {len(undiagnosed)} pictures have no diagnosis, or several: {some(undiagnosed)}; "
            "use the original tables"
        )
    if missing:
        faults.append(
            f"{folder.path}: the pictures of {len(missing)} rows of {where.name} are not below it as JPEG or "
            f"PNG: {some(missing)}; unpack the download again"
        )
    return pictures, faults


def _picture(entry: Entry, label: str, source: str, path: Path, squashed: bool) -> Picture:
    entry = replace(
        entry,
        image_id=qualify(entry.image_id, source),
        lesion_id=qualify(entry.lesion_id, source),
        patient_id=qualify(entry.patient_id, source),
    )
    ties = frozenset(name for name in (entry.lesion_id, entry.patient_id) if name)
    origins = frozenset(name for name in (source, entry.centre) if name)
    return Picture(entry, label, source, path, squashed, ties, origins)


def _merge(found: dict[str, Picture], pictures: list[Picture]) -> list[str]:
    """Add `pictures` to `found`; one that is in two sources is the first one's, with the ties of both."""
    differing, shapes = [], []
    for picture in pictures:
        first = found.setdefault(picture.image_id, picture)
        # Another download may have a picture in another shape; the same bytes have one.
        if first.squashed != picture.squashed and first.path.read_bytes() == picture.path.read_bytes():
            shapes.append(picture.image_id)
        if first.label != picture.label:
            differing.append(
                f"{picture.image_id} ({first.label} in {first.source}, {picture.label} in {picture.source})"
            )
        found[picture.image_id] = replace(
            first, ties=first.ties | picture.ties, origins=first.origins | picture.origins
        )
    faults = []
    if differing:
        faults.append(f"two sources disagree on {some(differing)}; remove these rows from one of them")
    if shapes:
        faults.append(f"{some(shapes)} are given as --data and as --squashed; leave one of the folders out")
    return faults


def _find_files(folder: Path) -> tuple[dict[str, Path], list[str]]:
    files: dict[str, Path] = {}
    differing = []
    for path in find_images(folder):
        if path.name.startswith("._") or SIDE_FOLDERS & set(path.relative_to(folder).parts):
            continue
        other = files.setdefault(path.stem.removesuffix("_downsampled"), path)
        # Mirrors of a download hold every picture twice; only differing copies are a fault.
        if other != path and other.read_bytes() != path.read_bytes():
            differing.append(f"{path} and {other}")
    if differing:
        return files, [f"files of one id differ: {some(differing)}; remove one of each"]
    return files, []
