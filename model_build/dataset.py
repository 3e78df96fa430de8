"""HAM10000 as it lies on disk: the table, the pictures, and what is wrong with either."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from tqdm import tqdm

from device.classifier.preprocess import INPUT_SIDE, resize_field
from device.examination import CLASSES
from device.images import find_images, read_image
from model_build import duplicates, plots, split
from model_build.constancy import to_white_light
from model_build.errors import BuildError
from model_build.workspace import Workspace, write_json

# Beside its whole frames the reduced pack brings central crops, masks and
# untouched originals of the same pictures.
SIDE_FOLDERS = frozenset({"details", "masks", "demo_frames"})

METADATA_NAME = "HAM10000_metadata"
COLUMNS = ("lesion_id", "image_id", "dx")


@dataclass(frozen=True)
class Picture:
    """One row of the table with its file."""

    image_id: str
    lesion_id: str
    label: str
    path: Path


def prepare(data: Path, workspace: Workspace, demo_ids: frozenset[str], *, white_light: bool = False) -> None:
    """The `dataset` step: check, preprocess, find near-duplicates, split, and write it all down.

    With `white_light`, fields are as `to_white_light` makes them: for comparison, since the device
    doesn't. Raises BuildError when anything is missing, damaged, double or unknown.
    """
    if workspace.dataset.exists():
        print(f"dataset: done before ({workspace.dataset})")
        return
    workspace.root.mkdir(parents=True, exist_ok=True)
    pictures = read_table(data)
    fingerprints = preprocess_all(pictures, workspace.fields)
    twins = duplicates.find_pairs(
        fingerprints, np.load(workspace.fields, mmap_mode="r"), [p.lesion_id for p in pictures]
    )
    if white_light:
        _to_white_light(workspace.fields)
    rows = split.make(pictures, twins, demo_ids)
    split.write(rows, workspace.split)
    plots.class_distribution(rows, workspace.plots / "classes.png")
    write_json(
        workspace.dataset,
        {
            "pictures": len(pictures),
            "white_light": white_light,
            "lesions": len({p.lesion_id for p in pictures}),
            "split_sha256": hashlib.sha256(workspace.split.read_bytes()).hexdigest(),
            "near_duplicates": [[pictures[a].image_id, pictures[b].image_id] for a, b in twins],
            "parts": {part: dict(Counter(r.label for r in rows if r.part == part)) for part in split.PARTS},
        },
    )
    print(f"dataset: {len(pictures)} pictures, {len(twins)} near-duplicate pairs; {workspace.split}")


def read_table(data: Path) -> list[Picture]:
    """Every picture of HAM10000 below `data`, in the order of image ids.

    Reads the original download and any folder that keeps its file names.
    Raises BuildError for a missing table, column or picture, an image id or file that is
    there twice, and an unknown class.
    """
    files = _find_files(data)
    pictures = []
    for number, row in enumerate(read_rows(find_table(data), COLUMNS), start=2):
        label, image_id = row["dx"], row["image_id"]
        if label not in CLASSES:
            raise BuildError(
                f"{find_table(data)}, line {number}: unknown class '{label}' for {image_id}; "
                f"known are {', '.join(CLASSES)}"
            )
        if image_id not in files:
            raise BuildError(
                f"{image_id}.jpg: is in the table but not below {data}; unpack the download again"
            )
        pictures.append(Picture(image_id, row["lesion_id"], label, files[image_id]))
    double = [name for name, count in Counter(p.image_id for p in pictures).items() if count > 1]
    if double:
        raise BuildError(f"{find_table(data)}: {double[0]} is there twice; use the original table")
    return sorted(pictures, key=lambda p: p.image_id)


def preprocess_all(pictures: list[Picture], fields: Path) -> duplicates.Fingerprints:
    """Read every picture, write its 224 x 224 field to the array file `fields`, return the fingerprints.

    Raises ImageError, naming the file, for one that is damaged or cut short.
    """
    array = open_memmap(fields, mode="w+", dtype=np.uint8, shape=(len(pictures), INPUT_SIDE, INPUT_SIDE, 3))
    fingerprints = []
    for index, picture in enumerate(tqdm(pictures, desc="dataset", unit="picture")):
        array[index] = resize_field(read_image(picture.path))
        fingerprints.append(duplicates.fingerprint(array[index]))
    array.flush()
    return np.stack(fingerprints)


def _to_white_light(fields: Path) -> None:
    # After near-duplicates are sought: the split must be the same, for runs to be compared.
    array = open_memmap(fields, mode="r+")
    for index, field in enumerate(tqdm(array, desc="white light", unit="picture")):
        array[index] = to_white_light(field)
    array.flush()


def find_table(data: Path) -> Path:
    """The table of HAM10000 somewhere below `data`; raises BuildError when there is none."""
    # The Dataverse download names the table without a suffix, its mirrors with one.
    for name in (METADATA_NAME + ".csv", METADATA_NAME):
        found = sorted(data.rglob(name))
        if found:
            return found[0]
    raise BuildError(f"{data}: no {METADATA_NAME}.csv in it; give --data the folder of the HAM10000 download")


def read_rows(table: Path, columns: Iterable[str]) -> Iterable[dict[str, str]]:
    """The rows of the table by column name; raises BuildError when one of `columns` is not there."""
    with table.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise BuildError(f"{table}: has no column '{missing[0]}'; use the original table")
        yield from reader


def _find_files(data: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in find_images(data):
        if SIDE_FOLDERS & set(path.relative_to(data).parts):
            continue
        other = files.setdefault(path.stem, path)
        # Mirrors of the download hold every picture twice; only differing copies are a fault.
        if other != path and other.read_bytes() != path.read_bytes():
            raise BuildError(f"{path}: differs from {other}, which has the same id; remove one of them")
    return files
