"""Who is trained on and who is held out: by group, the same every time, whatever else there is."""

import csv
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model_build.sources.diagnoses import NO_DERMOSCOPY

PARTS = ("train", "test", "left_out")
"""What `Row.part` may be."""

ROLES = ("train", "validation", "test")
"""What `Row.role` may be for one of the classes."""

FOLDS = 5
VALIDATION_FOLD = 0
"""The fold that a single training is watched and calibrated on."""

TEST_SHARE = 0.15


@dataclass(frozen=True)
class Row:
    """One picture's place: pictures of one `group` share part and fold.

    `label` is one of the taxonomy's (`model_build.taxonomy`), `fold` "0" to "4" in the part train and
    else empty. From `age` on it is what the source says, empty where it says nothing.
    """

    image_id: str
    lesion_id: str
    patient_id: str
    source: str
    label: str
    group: str
    part: str
    fold: str = ""
    age: str = ""
    sex: str = ""
    site: str = ""
    skin_tone: str = ""
    centre: str = ""
    confirmation: str = ""

    @property
    def role(self) -> str:
        """What a single training does with the picture of a lesion: one of `ROLES`; "none" with any other."""
        if self.label == NO_DERMOSCOPY or self.part == "left_out":
            return "none"
        return "validation" if self.fold == str(VALIDATION_FOLD) else self.part


def place(
    image_ids: Sequence[str], groups: Sequence[int], held_out: Collection[int], left_out: Collection[int]
) -> list[tuple[str, str, str]]:
    """Group, part and fold of each picture.

    `groups` is the group of each picture as a place in `image_ids`; `held_out` and `left_out` are places
    whose groups go to test and to none. The hash of the smallest image id of a group decides the rest,
    so a group stays where it is when others come or go.
    """
    name: dict[int, str] = {}
    for image_id, group in zip(image_ids, groups, strict=True):
        name[group] = min(image_id, name.get(group, image_id))
    to_test = {groups[index] for index in held_out}
    to_none = {groups[index] for index in left_out}
    placed = {}
    for group, smallest in name.items():
        drawn, fold = _draw(smallest)
        if group in to_none:
            placed[group] = (smallest, "left_out", "")
        elif group in to_test or drawn < TEST_SHARE:
            placed[group] = (smallest, "test", "")
        else:
            placed[group] = (smallest, "train", str(fold))
    return [placed[group] for group in groups]


def write(rows: Sequence[Row], path: Path) -> None:
    """Write the split as CSV, one line a picture."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Row))
        writer.writerows(map(astuple, rows))


def read(path: Path) -> list[Row]:
    """Read what `write` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return [Row(**row) for row in csv.DictReader(file)]


def labels_of(rows: Sequence[Row], codes: Sequence[str]) -> NDArray[np.int64]:
    """The place in `codes` of what each row shows, -1 for a row that shows something else."""
    place = {code: number for number, code in enumerate(codes)}
    return np.array([place.get(row.label, -1) for row in rows], np.int64)


def count(rows: Sequence[Row], column: str) -> dict[str, dict[str, int]]:
    """Pictures by the value of `column`, and then by label."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        of_value = counts.setdefault(getattr(row, column), {})
        of_value[row.label] = of_value.get(row.label, 0) + 1
    return {value: dict(sorted(counts[value].items())) for value in sorted(counts)}


def _draw(name: str) -> tuple[float, int]:
    """A number from 0 to below 1 and a fold, which `name` alone decides."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64, int.from_bytes(digest[8:16], "big") % FOLDS
