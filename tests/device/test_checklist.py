"""The seven-point checklist scores as it was published."""

import pytest

from device.checklist import Checklist, Criterion, read_checklist

MAJOR = {Criterion.ATYPICAL_NETWORK, Criterion.BLUE_WHITISH_VEIL, Criterion.ATYPICAL_VESSELS}


def test_three_major_criteria_count_twice_and_four_minor_ones_once():
    assert {each for each in Criterion if each.weight == 2} == MAJOR
    assert Checklist(frozenset(Criterion)).score == 10
    assert Checklist(frozenset(Criterion)).revised_score == 7


@pytest.mark.parametrize(
    ("present", "score", "suspicious", "revised"),
    [
        ([], 0, False, False),
        (["irregular streaks"], 1, False, True),
        (["blue-whitish veil"], 2, False, True),
        (["irregular streaks", "regression structures"], 2, False, True),
        (["blue-whitish veil", "irregular streaks"], 3, True, True),
    ],
)
def test_the_revised_checklist_suspects_what_the_first_lets_pass(present, score, suspicious, revised):
    found = read_checklist(present)
    assert (found.score, found.suspicious, found.revised_suspicious) == (score, suspicious, revised)
    assert found.codes == present


def test_what_is_no_criterion_is_refused():
    with pytest.raises(ValueError, match="asymmetry"):
        read_checklist(["asymmetry"])
