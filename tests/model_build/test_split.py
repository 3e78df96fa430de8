from collections import defaultdict
from pathlib import Path

import pytest

from model_build import split
from model_build.dataset import Picture


@pytest.fixture
def pictures():
    """Lesions with one, two or three pictures each, of a common and a rare class."""
    made = []
    for lesion in range(200):
        label = "df" if lesion % 10 == 0 else "nv"
        for view in range(lesion % 3 + 1):
            made.append(Picture(f"ISIC_{lesion:04}{view}", f"HAM_{lesion:04}", label, Path()))
    return made


def parts_by(rows, key):
    parts = defaultdict(set)
    for row in rows:
        parts[getattr(row, key)].add(row.part)
    return parts


def test_no_lesion_is_in_two_parts(pictures):
    rows = split.make(pictures, [], frozenset())
    assert all(len(parts) == 1 for parts in parts_by(rows, "lesion_id").values())


def test_every_class_is_in_every_part_in_its_share(pictures):
    rows = split.make(pictures, [], frozenset())
    for label in ("nv", "df"):
        lesions = {row.lesion_id: row.part for row in rows if row.label == label}
        for part, share in (("test", 0.15), ("validation", 0.15), ("train", 0.7)):
            found = sum(each == part for each in lesions.values()) / len(lesions)
            assert found == pytest.approx(share, abs=0.03)


def test_near_duplicates_stay_on_one_side_also_over_several_steps(pictures):
    index = {p.lesion_id: i for i, p in enumerate(pictures)}
    chain = [index[f"HAM_{lesion:04}"] for lesion in (3, 77, 5, 190)]
    rows = split.make(
        pictures, [(chain[0], chain[1]), (chain[2], chain[3]), (chain[1], chain[2])], frozenset()
    )
    assert len({rows[i].part for i in chain}) == 1
    assert len({rows[i].group for i in chain}) == 1
    assert all(len(parts) == 1 for parts in parts_by(rows, "group").values())


def test_near_duplicates_of_two_classes_stay_together(pictures):
    index = {p.lesion_id: i for i, p in enumerate(pictures)}
    pair = index["HAM_0010"], index["HAM_0011"]
    rows = split.make(pictures, [pair], frozenset())
    assert rows[pair[0]].part == rows[pair[1]].part


def test_demo_lesions_are_held_out(pictures):
    demo = frozenset(p.image_id for p in pictures[::9])
    rows = split.make(pictures, [], demo)
    demo_lesions = {row.lesion_id for row in rows if row.image_id in demo}
    assert {row.part for row in rows if row.lesion_id in demo_lesions} == {"test"}


def test_the_split_is_the_same_every_time_and_survives_its_file(pictures, tmp_path):
    rows = split.make(pictures, [(0, 5)], frozenset())
    assert split.make(pictures, [(0, 5)], frozenset()) == rows
    split.write(rows, tmp_path / "split.csv")
    assert split.read(tmp_path / "split.csv") == rows
