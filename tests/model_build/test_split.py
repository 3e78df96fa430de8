from collections import Counter

import pytest

from model_build import split
from model_build.groups import join
from tests.model_build.rows import row

IDS = [f"ISIC_{number:07}" for number in range(2000)]
ALONE = list(range(len(IDS)))


def test_ties_and_pairs_join_also_over_several_steps():
    ties = [{"a"}, {"b"}, {"b", "c"}, set(), {"c"}, set()]
    assert join(6, ties, [(3, 0)]) == [0, 1, 1, 0, 1, 5]
    assert join(6, ties, [(3, 0), (5, 4), (3, 5)]) == [0] * 6


def test_a_group_is_on_one_side():
    groups = [number // 4 * 4 for number in ALONE]
    placed = split.place(IDS, groups, [5], [8])
    assert all(len(set(placed[start : start + 4])) == 1 for start in range(0, len(IDS), 4))
    assert placed[4] == (IDS[4], "test", "")
    assert placed[8] == (IDS[8], "left_out", "")


def test_what_is_left_out_wins_over_what_is_held_out():
    assert split.place(IDS[:2], [0, 0], [0], [1])[0][1] == "left_out"


def test_parts_and_folds_have_their_shares():
    placed = split.place(IDS, ALONE, [], [])
    parts = Counter(part for _, part, _ in placed)
    assert parts["test"] / len(IDS) == pytest.approx(split.TEST_SHARE, abs=0.03)
    folds = Counter(fold for _, part, fold in placed if part == "train")
    assert sorted(folds) == [str(fold) for fold in range(split.FOLDS)]
    assert min(folds.values()) > 0.8 * max(folds.values())


def test_no_picture_moves_when_a_source_comes_to_it():
    alone = split.place(IDS[1000:], ALONE[:1000], [], [])
    together = split.place(IDS, [*ALONE[:1000], *ALONE[1000:]], [], [])
    assert together[1000:] == alone


def test_the_smallest_id_of_a_group_names_it_whatever_the_order():
    assert split.place(["b", "a"], [0, 0], [], [])[0] == split.place(["a", "b"], [0, 0], [], [])[0]


def test_a_role_is_for_lesions_alone():
    assert row("i", "l", "nv", "validation").role == "validation"
    assert row("i", "l", "nv", "train").role == "train"
    assert row("i", "l", "malignant_other", "train").role == "train"
    assert row("i", "l", "no_dermoscopy", "train").role == "none"


def test_the_split_survives_its_file(tmp_path):
    rows = [row("i", "l", "nv", "train", centre="Hospital Clínic", age="40"), row("j", "m", "mel", "test")]
    split.write(rows, tmp_path / "split.csv")
    assert split.read(tmp_path / "split.csv") == rows
