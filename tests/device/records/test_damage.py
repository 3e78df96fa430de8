"""The table of damage: each file, damaged in each way, before and after the first copy."""

import pytest

from tests.soak import damage


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """A device of 60 examinations and the owner's PIN, without a copy of them and with one."""
    folder = tmp_path_factory.mktemp("states")
    return {
        copied: (folder / str(copied), damage.make_state(folder / str(copied), copied))
        for copied in (False, True)
    }


@pytest.mark.parametrize("kind", damage.KINDS)
@pytest.mark.parametrize("file", damage.FILES)
def test_whatever_is_damaged_all_that_a_copy_held_comes_back(states, file, kind):
    outcome = damage.try_case(*states[True], file, kind)
    # There is one copy of each picture: it is told, and the other 59 are whole.
    assert outcome.examinations == (59 if file == "a picture" else damage.COUNT)
    assert outcome.known == damage.COUNT
    assert outcome.may_enter


@pytest.mark.parametrize("kind", damage.KINDS)
@pytest.mark.parametrize("file", damage.FILES)
def test_damage_before_the_first_copy_is_told_and_stops_nothing(states, file, kind):
    outcome = damage.try_case(*states[False], file, kind)
    assert outcome.known >= damage.COUNT
    assert outcome.may_enter
    assert outcome.reported or outcome.examinations == damage.COUNT


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_flipped_bit_of_the_records_is_found_and_mended_from_a_copy(states, seed):
    assert damage.try_case(*states[True], damage.RECORDS, "one bit", seed).examinations == damage.COUNT


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_flipped_bit_of_who_may_enter_shuts_nobody_out(states, seed):
    assert damage.try_case(*states[True], damage.ACCESS, "one bit", seed).may_enter
