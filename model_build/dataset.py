"""The step `dataset`: from folders of pictures to fields and a split."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from device.classes import Classes
from device.classifier.preprocess import DESCRIPTION
from model_build import groups, plots, split, twins
from model_build.errors import BuildError
from model_build.fields import require_space_for, write_fields
from model_build.outputs import keep_classes
from model_build.sources import Collection, Folder, Picture, read_folders, some
from model_build.sources.diagnoses import UNDECIDED, normalize
from model_build.sources.tables import read_table
from model_build.split import Row
from model_build.steps import Step
from model_build.taxonomy import DEFAULT, Taxonomy
from model_build.twins import Pairs
from model_build.workspace import Workspace, write_json

T = TypeVar("T")

_DETAILS = ("age", "sex", "site", "skin_tone", "centre", "confirmation")


@dataclass(frozen=True)
class Options:
    """What the step is given.

    `folders` hold the data, `twins` are tables of pictures known to be the same, `leave_out` names
    sources or centres that nothing is trained or tested on, `demo_ids` pictures that go to test. Without
    `search` no twins are sought beside these tables, as for the split of an earlier build. `taxonomy`
    says what the classes are.
    """

    folders: tuple[Folder, ...]
    demo_ids: frozenset[str] = frozenset()
    twins: tuple[Path, ...] = ()
    leave_out: tuple[str, ...] = ()
    search: bool = True
    taxonomy: Taxonomy = DEFAULT


def prepare(options: Options, workspace: Workspace) -> None:
    """Check all pictures, preprocess them, find twins, split, and write it all down.

    A run that was cut off goes on. Raises BuildError with everything that is missing, damaged, double or
    unknown.
    """
    collection = read_folders(options.folders, options.taxonomy.label_of)
    pictures = collection.pictures
    known = _read_twins(pictures, options.twins)
    if unused := _find_unused(pictures, options.taxonomy):
        print(f"dataset: of the diagnoses in the file of classes no picture has {some(unused)}")
    # Before the hours that the pictures take: twins that are found only join groups.
    _require_parts(_split(pictures, options, known), options.taxonomy.classes)
    unfinished = workspace.root / "dataset"
    step = Step(
        workspace,
        "dataset",
        reads=[*collection.tables, *options.twins],
        makes=[workspace.fields, workspace.split, workspace.dataset],
        options=_describe(options, pictures),
        code=["dataset.py", "fields.py", "groups.py", "sources", "split.py", "taxonomy.py", "twins.py"],
        leavings=[unfinished],
        costly=True,
    )
    if not step.is_done():
        _make(collection, options, known, workspace, unfinished)
        step.finish()
        shutil.rmtree(unfinished)
    keep_classes(options.taxonomy.classes, workspace)


def _make(
    collection: Collection, options: Options, known: Pairs, workspace: Workspace, unfinished: Path
) -> None:
    """Fields, twins, split and record; what takes long is kept in `unfinished` until all is made."""
    pictures, classes = collection.pictures, options.taxonomy.classes
    unfinished.mkdir(exist_ok=True)
    hashes = _once(unfinished / "hashes.json", lambda: _write_fields(pictures, unfinished, workspace.fields))
    searched = workspace.fields if options.search else None
    found = _once(unfinished / "pairs.json", lambda: _find_twins(pictures, hashes, searched))
    rows = _split(pictures, options, [*known, *found])
    _require_parts(rows, classes)
    split.write(rows, workspace.split)
    for what, name in (("part", "classes"), ("source", "sources")):
        counts = split.count(rows, what)
        plots.class_distribution(counts, classes.output_codes, what, workspace.plots / f"{name}.png")
    record = _record(collection, rows, hashes, known, found, workspace)
    write_json(workspace.dataset, {**record, "taxonomy": options.taxonomy.to_json()})
    print(f"dataset: {len(rows)} pictures, {len(found)} pairs of twins found; {workspace.split}")


def _split(pictures: Sequence[Picture], options: Options, pairs: Pairs) -> list[Row]:
    left_out = _find_left_out(pictures, options.leave_out)
    held_out = [index for index, picture in enumerate(pictures) if picture.image_id in options.demo_ids]
    joined = groups.join(len(pictures), [p.ties for p in pictures], pairs)
    placed = split.place([p.image_id for p in pictures], joined, held_out, left_out)
    return [_row(picture, *place) for picture, place in zip(pictures, placed, strict=True)]


def _require_parts(rows: Sequence[Row], classes: Classes) -> None:
    """Raise BuildError when nothing can be learnt or judged; data that is all left out passes."""
    if all(row.part == "left_out" for row in rows):
        return
    labels = {role: {row.label for row in rows if row.role == role} for role in split.ROLES}
    shown = set().union(*labels.values()) & set(classes.codes)
    malignant = classes.malignant & set(classes.codes)
    unseen = ", ".join(code for code in classes.codes if code not in labels["train"])
    for missing, word in (
        (len(shown) < 2, f"only pictures of {', '.join(shown) or 'no class'}: a model needs two classes"),
        (not shown & malignant, f"no picture of a malignant class ({', '.join(sorted(malignant))})"),
        *((not labels[role], f"no picture for {role}") for role in split.ROLES),
        # An output that nothing shows would answer by chance, and thresholds need malignant pictures.
        (unseen, f"no picture to learn {unseen} from"),
        (not labels["validation"] & classes.malignant, "no malignant picture for validation"),
    ):
        if missing:
            raise BuildError(
                f"the data has {word}; give --data more, leave out less, or name what it has with --classes"
            )


def _describe(options: Options, pictures: Sequence[Picture]) -> dict[str, object]:
    """All that the step was given, and which pictures it found, as JSON."""
    listing = [[p.image_id, p.label, p.path.stat().st_size] for p in pictures]
    return {
        "data": sorted(folder.path.resolve().name for folder in options.folders),
        "squashed": sorted(folder.path.resolve().name for folder in options.folders if folder.squashed),
        "leave_out": sorted(options.leave_out),
        "demo_ids": sorted(options.demo_ids),
        "search": options.search,
        "taxonomy": options.taxonomy.to_json(),
        "preprocessing": DESCRIPTION,
        "pictures": hashlib.sha256(json.dumps(listing).encode()).hexdigest(),
    }


def _once(path: Path, make: Callable[[], list[T]]) -> list[T]:
    """What `make` gives, kept in the JSON file `path` for a run that is cut off."""
    if not path.exists():
        write_json(path, make())
    kept: list[T] = json.loads(path.read_text())
    return kept


def _write_fields(pictures: Sequence[Picture], unfinished: Path, fields: Path) -> list[str]:
    part = unfinished / "fields.part"
    # Not within the try: whoever makes room goes on with what is there.
    require_space_for(len(pictures), part)
    try:
        hashes = write_fields(pictures, part)
    except BuildError:
        # Whoever mends the data begins anew.
        shutil.rmtree(unfinished)
        raise
    part.replace(fields)
    return hashes


def _find_left_out(pictures: Sequence[Picture], names: Sequence[str]) -> list[int]:
    origins = sorted({name for picture in pictures for name in picture.origins})
    if unknown := [name for name in names if name not in origins]:
        raise BuildError(f"--leave-out {unknown[0]}: there is no such source, only {', '.join(origins)}")
    return [index for index, picture in enumerate(pictures) if picture.origins & set(names)]


def _find_unused(pictures: Sequence[Picture], taxonomy: Taxonomy) -> list[str]:
    """Words of a file of classes that no picture bears, of which one may be misspelt."""
    borne = {normalize(word) for picture in pictures for word in picture.entry.diagnosis}
    return sorted(word for word, label in taxonomy.words.items() if label != UNDECIDED and word not in borne)


def _read_twins(pictures: Sequence[Picture], tables: Sequence[Path]) -> Pairs:
    place = {picture.image_id: index for index, picture in enumerate(pictures)}
    pairs: Pairs = []
    for table in tables:
        ids = [
            (row["isic_id"], row["ham10000_image_id"])
            for row in read_table(table, "isic_id", "ham10000_image_id")
        ]
        own = [(place[a], place[b]) for a, b in ids if a in place and b in place]
        if not own:
            raise BuildError(
                f"{table}: no pair of it is among the pictures; give --data both sources, or leave it out"
            )
        pairs += own
    return pairs


def _find_twins(pictures: Sequence[Picture], hashes: Sequence[str], fields: Path | None) -> Pairs:
    """Pairs that no id joins: files of the same bytes, and among the `fields` those of the same skin."""
    first: dict[str, int] = {}
    copies = [(first.setdefault(digest, index), index) for index, digest in enumerate(hashes)]
    pairs = [(a, b) for a, b in copies if a != b]
    if fields is None:
        return pairs
    joined = groups.join(len(pictures), [p.ties for p in pictures], pairs)
    return pairs + twins.find_pairs(np.load(fields, mmap_mode="r"), joined)


def _row(picture: Picture, group: str, part: str, fold: str) -> Row:
    entry = picture.entry
    return Row(
        picture.image_id,
        picture.lesion_id,
        entry.patient_id,
        picture.source,
        picture.label,
        group,
        part,
        fold,
        **{name: getattr(entry, name) for name in _DETAILS},
    )


def _record(
    collection: Collection,
    rows: Sequence[Row],
    hashes: Sequence[str],
    known: Pairs,
    found: Pairs,
    workspace: Workspace,
) -> dict[str, object]:
    def ids(pairs: Pairs) -> list[list[str]]:
        return [[rows[a].image_id, rows[b].image_id] for a, b in pairs]

    contents = [[row.image_id, digest] for row, digest in zip(rows, hashes, strict=True)]
    return {
        "pictures": len(rows),
        "lesions": len({row.lesion_id for row in rows}),
        "groups": len({row.group for row in rows}),
        "pictures_sha256": hashlib.sha256(json.dumps(contents).encode()).hexdigest(),
        "split_sha256": hashlib.sha256(workspace.split.read_bytes()).hexdigest(),
        "left_aside": collection.left_aside,
        "parts": split.count(rows, "part"),
        "roles": split.count(rows, "role"),
        "sources": split.count(rows, "source"),
        "folds": split.count([row for row in rows if row.fold], "fold"),
        "known_twins": len(known),
        "known_twins_found": twins.share_found(known, found),
        "twins": ids([*known, *found]),
    }
