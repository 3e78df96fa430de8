"""The step `dataset`: from folders of pictures to fields and a split."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from tqdm import tqdm

from model_build import duplicates, groups, plots, split
from model_build.constancy import to_white_light
from model_build.errors import BuildError
from model_build.fields import write_fields
from model_build.sources import Collection, Folder, Picture, read_folders
from model_build.sources.tables import read_table
from model_build.split import Row
from model_build.workspace import Workspace, write_json

Pairs = list[tuple[int, int]]
"""Places of two pictures that show the same skin."""

_DETAILS = ("age", "sex", "site", "skin_tone", "centre", "confirmation")


@dataclass(frozen=True)
class Options:
    """What the step is told.

    `folders` hold the data, `twins` are tables of pictures known to be the same, `leave_out` names
    sources or centres that nothing is trained or tested on, `demo_ids` pictures that go to test. With
    `white_light`, fields are as `to_white_light` makes them: for comparison, since the device doesn't.
    """

    folders: tuple[Folder, ...]
    demo_ids: frozenset[str] = frozenset()
    twins: tuple[Path, ...] = ()
    leave_out: tuple[str, ...] = ()
    white_light: bool = False


def prepare(options: Options, workspace: Workspace) -> None:
    """Check all pictures, preprocess them, find twins and near-duplicates, split, and write it all down.

    Raises BuildError with everything that is missing, damaged, double or unknown.
    """
    if workspace.dataset.exists():
        print(f"dataset: done before ({workspace.dataset})")
        return
    workspace.root.mkdir(parents=True, exist_ok=True)
    collection = read_folders(options.folders)
    pictures = collection.pictures
    left_out = _find_left_out(pictures, options.leave_out)
    known = _read_twins(pictures, options.twins)
    hashes = write_fields(pictures, workspace.fields)
    found = _find_twins(pictures, hashes, known, workspace)
    if options.white_light:
        _to_white_light(workspace.fields)
    held_out = [index for index, picture in enumerate(pictures) if picture.image_id in options.demo_ids]
    joined = groups.join(len(pictures), [p.ties for p in pictures], known + found)
    placed = split.place([p.image_id for p in pictures], joined, held_out, left_out)
    rows = [_row(picture, *place) for picture, place in zip(pictures, placed, strict=True)]
    split.write(rows, workspace.split)
    plots.class_distribution(split.count(rows, "part"), "part", workspace.plots / "classes.png")
    plots.class_distribution(split.count(rows, "source"), "source", workspace.plots / "sources.png")
    write_json(workspace.dataset, _record(options, collection, rows, hashes, known, found, workspace))
    print(f"dataset: {len(rows)} pictures, {len(found)} near-duplicate pairs; {workspace.split}")


def _find_left_out(pictures: Sequence[Picture], names: Sequence[str]) -> list[int]:
    origins = sorted({name for picture in pictures for name in picture.origins})
    if unknown := [name for name in names if name not in origins]:
        raise BuildError(f"--leave-out {unknown[0]}: there is no such source, only {', '.join(origins)}")
    return [index for index, picture in enumerate(pictures) if picture.origins & set(names)]


def _read_twins(pictures: Sequence[Picture], tables: Sequence[Path]) -> Pairs:
    place = {picture.image_id: index for index, picture in enumerate(pictures)}
    ids = [
        (row["isic_id"], row["ham10000_image_id"])
        for table in tables
        for row in read_table(table, "isic_id", "ham10000_image_id")
    ]
    return [(place[a], place[b]) for a, b in ids if a in place and b in place]


def _find_twins(
    pictures: Sequence[Picture], hashes: Sequence[str], known: Pairs, workspace: Workspace
) -> Pairs:
    """Pairs that neither ids nor the known twins join: files of the same bytes, and near-duplicates."""
    first: dict[str, int] = {}
    copies = [(first.setdefault(digest, index), index) for index, digest in enumerate(hashes)]
    pairs = [(a, b) for a, b in copies if a != b]
    joined = groups.join(len(pictures), [p.ties for p in pictures], known + pairs)
    fields = np.load(workspace.fields, mmap_mode="r")
    fingerprints = np.stack([duplicates.fingerprint(field) for field in tqdm(fields, "fingerprints")])
    return pairs + duplicates.find_pairs(fingerprints, fields, joined)


def _to_white_light(fields: Path) -> None:
    # After near-duplicates are sought: the split must be the same, for runs to be compared.
    array = open_memmap(fields, mode="r+")
    for index, field in enumerate(tqdm(array, desc="white light", unit="picture")):
        array[index] = to_white_light(field)
    array.flush()


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
    options: Options,
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
        "options": {
            "data": [folder.path.resolve().name for folder in options.folders if not folder.squashed],
            "squashed": [folder.path.resolve().name for folder in options.folders if folder.squashed],
            "leave_out": list(options.leave_out),
            "white_light": options.white_light,
        },
        "tables_sha256": {path.name: _sha256(path) for path in (*collection.tables, *options.twins)},
        "pictures_sha256": hashlib.sha256(json.dumps(contents).encode()).hexdigest(),
        "split_sha256": _sha256(workspace.split),
        "left_aside": collection.left_aside,
        "parts": split.count(rows, "part"),
        "sources": split.count(rows, "source"),
        "folds": split.count([row for row in rows if row.fold], "fold"),
        "known_twins": ids(known),
        "near_duplicates": ids(found),
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
