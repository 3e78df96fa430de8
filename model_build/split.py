"""Who is trained on and who is held out: by lesion, stratified, the same every time."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from device.examination import CLASSES

if TYPE_CHECKING:
    from model_build.dataset import Picture

PARTS = ("train", "validation", "test")

TEST_SHARE = 0.15
VALIDATION_SHARE = 0.15


@dataclass(frozen=True)
class Row:
    """One picture's place: pictures of one `group` (a lesion and its near-duplicates) share a part."""

    image_id: str
    lesion_id: str
    label: str
    group: str
    part: str


def make(pictures: list[Picture], twins: Iterable[tuple[int, int]], demo_ids: frozenset[str]) -> list[Row]:
    """Split `pictures`, in their order, into train, validation and test.

    Within each class the groups are ordered by a hash of their name, which is random to
    the eye and the same on every machine, and dealt out by share. Groups that hold a
    demo picture go to test, so that the demo shows lesions the model never saw.
    """
    group_of = _join_lesions(pictures, twins)
    by_class: dict[str, set[str]] = defaultdict(set)
    demo_groups = {group_of[p.lesion_id] for p in pictures if p.image_id in demo_ids}
    for picture in pictures:
        by_class[picture.label].add(group_of[picture.lesion_id])

    part_of: dict[str, str] = {}
    for label in sorted(by_class):
        groups = sorted(by_class[label], key=lambda group: (group not in demo_groups, _shuffled(group)))
        test_end = max(round(TEST_SHARE * len(groups)), len(demo_groups & set(groups)))
        validation_end = test_end + round(VALIDATION_SHARE * len(groups))
        for place, group in enumerate(groups):
            part = "test" if place < test_end else "validation" if place < validation_end else "train"
            # A group of two classes is dealt out twice: test wins, then validation.
            part_of[group] = max(part, part_of.get(group, "train"), key=PARTS.index)
    return [
        Row(p.image_id, p.lesion_id, p.label, group_of[p.lesion_id], part_of[group_of[p.lesion_id]])
        for p in pictures
    ]


def write(rows: list[Row], path: Path) -> None:
    """Write the split as CSV, one line a picture."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Row))
        writer.writerows(map(astuple, rows))


def read(path: Path) -> list[Row]:
    """Read what `write` wrote."""
    with path.open(newline="") as file:
        return [Row(**row) for row in csv.DictReader(file)]


def labels_of(rows: list[Row]) -> NDArray[np.int64]:
    """The place in `CLASSES` of each row's class."""
    return np.array([CLASSES.index(row.label) for row in rows])


def _join_lesions(pictures: list[Picture], twins: Iterable[tuple[int, int]]) -> dict[str, str]:
    """The group of each lesion: its own id, or the smallest id among lesions it shares skin with."""
    group_of = {p.lesion_id: p.lesion_id for p in pictures}
    for a, b in twins:
        joined = {group_of[pictures[a].lesion_id], group_of[pictures[b].lesion_id]}
        for lesion, group in group_of.items():
            if group in joined:
                group_of[lesion] = min(joined)
    return group_of


def _shuffled(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
