import math
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from device.examination import Triage
from device.panel import patterns
from device.panel.patterns import DARK, FOR_TRIAGE, LONG, PATTERNS, SHORT, Pattern, flashes

STEP = 0.01
SECONDS = 30


@cache
def lit(pattern):
    """Lit or not, every 10 ms for half a minute."""
    return np.array([pattern.at(index * STEP + 1e-9)[0] for index in range(int(SECONDS / STEP))])


def pairs():
    return [pytest.param(*pair, id=f"{pair[0].name}, {pair[1].name}") for pair in combinations(PATTERNS, 2)]


@pytest.mark.parametrize(("one", "other"), pairs())
def test_any_two_rhythms_differ_however_they_are_shifted(one, other):
    """Slid along each other over four seconds, two rhythms are never the same for 85 % of the time."""
    first, second = lit(one), lit(other)[: int(SECONDS / STEP) - 400]
    agreement = max(np.mean(first[shift : shift + len(second)] == second) for shift in range(0, 400, 2))
    assert agreement < 0.85


def word(pattern):
    """A rhythm as one would say it: short and long flashes, and whether it is even or has a pause."""
    said = ["short" if seconds < 0.25 else "long" for seconds in pattern.rhythm[::2]]
    return (*said, pattern.rhythm[-1] > 1) if pattern.rhythm else ()


def test_those_that_can_end_a_press_differ_as_words_too():
    ends = [*FOR_TRIAGE.values(), patterns.WITHHELD, patterns.FAULT, patterns.LOW_DISK, patterns.CAMERA_HANG]
    assert len({word(pattern) for pattern in ends}) == len(ends)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_nothing_flashes_more_than_three_times_in_a_second(pattern):
    shown = lit(pattern)
    starts = np.flatnonzero(shown[1:] & ~shown[:-1])
    inside = [np.sum((starts >= start) & (starts < start + 1 / STEP)) for start in starts]
    assert max(inside, default=0) <= 3


def test_no_two_triages_share_a_colour_and_every_triage_has_one():
    assert set(FOR_TRIAGE) == set(Triage)
    assert len({pattern.colour for pattern in FOR_TRIAGE.values()}) == len(Triage)
    assert all(pattern.colour != DARK for pattern in PATTERNS)


def test_all_patterns_are_listed_under_names_of_their_own():
    made = [value for value in vars(patterns).values() if isinstance(value, Pattern)]
    assert sorted(pattern.name for pattern in made) == sorted({pattern.name for pattern in PATTERNS})


def test_what_comes_of_a_press_does_not_stay_for_ever():
    passing = [
        *FOR_TRIAGE.values(),
        patterns.WITHHELD,
        patterns.BUSY,
        patterns.FAULT,
        patterns.POWER_OFF,
        patterns.LET_GO,
    ]
    assert all(pattern.seconds < math.inf for pattern in passing)


def test_a_rhythm_is_lit_dark_and_begins_again():
    pattern = Pattern("test", patterns.RED, flashes(SHORT, LONG, pause=1.0), sounded=1)
    cycle = 0.12 + 0.25 + 0.5 + 1.0
    assert pattern.at(0) == (True, True, pytest.approx(0.12))
    assert pattern.at(0.2) == (False, False, pytest.approx(0.37))
    assert pattern.at(0.5) == (True, True, pytest.approx(0.87))
    assert pattern.at(1) == (False, False, pytest.approx(cycle))
    assert pattern.at(cycle + 0.01) == (True, False, pytest.approx(cycle + 0.12))


def test_a_steady_pattern_never_changes_and_never_sounds():
    assert patterns.READY.at(1e6) == (True, False, math.inf)
