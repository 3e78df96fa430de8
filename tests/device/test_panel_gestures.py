import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.panel.gestures import BOUNCE_SECONDS, QUIET_SECONDS, STUCK_SECONDS, Gesture, Gestures

LONG, VERY_LONG = 1.0, 5.0
WARNING = 3.0
SURE = BOUNCE_SECONDS


class Hand:
    """Pushes the button and lets time pass, as the panel does: it wakes when it is told to."""

    def __init__(self, down=False):
        self.now = 100.0
        self.gestures = Gestures(LONG, VERY_LONG, down, self.now)
        self.made = []

    def wait(self, seconds):
        end = self.now + seconds
        while self.gestures.next_moment() <= end:
            # As a clock that moves on a little between two looks.
            self.now = max(self.now, self.gestures.next_moment()) + 1e-6
            self.made += self.gestures.tick(self.now)
        self.now = max(self.now, end)
        return self

    def turn(self, down):
        self.made += self.gestures.level(down, self.now)
        return self

    def hold(self, seconds):
        return self.turn(True).wait(seconds).turn(False).wait(SURE * 2)


@pytest.mark.parametrize(
    ("seconds", "made"),
    [
        (0.05, [Gesture.PRESS]),
        (0.9, [Gesture.PRESS]),
        (1.1, [Gesture.LET_GO, Gesture.RETAKE]),
        (2.9, [Gesture.LET_GO, Gesture.RETAKE]),
        (3.1, [Gesture.LET_GO, Gesture.WARNING, Gesture.CANCELLED]),
        (4.9, [Gesture.LET_GO, Gesture.WARNING, Gesture.CANCELLED]),
        (5.1, [Gesture.LET_GO, Gesture.WARNING, Gesture.POWER_OFF]),
        (60, [Gesture.LET_GO, Gesture.WARNING, Gesture.POWER_OFF]),
    ],
)
def test_how_long_it_is_held_says_what_is_meant(seconds, made):
    assert Hand().hold(seconds).made == made


def test_nothing_is_due_while_the_button_rests():
    hand = Hand()
    assert hand.gestures.next_moment() == math.inf
    assert hand.hold(0.1).gestures.next_moment() == math.inf


def test_a_spark_is_no_press():
    assert Hand().hold(BOUNCE_SECONDS * 0.9).made == []


def test_a_bouncing_press_is_one_press():
    hand = Hand()
    for _ in range(5):
        hand.turn(True).wait(0.003).turn(False).wait(0.002)
    hand.turn(True).wait(0.2)
    for _ in range(5):
        hand.turn(False).wait(0.003).turn(True).wait(0.002)
    assert hand.turn(False).wait(1).made == [Gesture.PRESS]


def test_a_contact_that_bounces_while_held_powers_off_no_earlier():
    hand = Hand().turn(True)
    for _ in range(40):
        hand.wait(0.1).turn(False).wait(0.005).turn(True)
    assert Gesture.POWER_OFF not in hand.made
    assert hand.turn(False).wait(1).made[-1] is Gesture.CANCELLED


def test_a_double_press_is_one_press_and_a_later_one_counts_again():
    hand = Hand().hold(0.1).wait(0.1).hold(0.1)
    assert hand.made == [Gesture.PRESS]
    assert hand.wait(QUIET_SECONDS).hold(0.1).made == [Gesture.PRESS] * 2


def test_power_off_counts_even_after_a_press():
    assert Hand().hold(0.1).wait(0.1).hold(6).made == [Gesture.PRESS, Gesture.WARNING, Gesture.POWER_OFF]


def test_what_is_under_way_can_be_forgotten():
    hand = Hand().turn(True).wait(0.2)
    hand.gestures.forget()
    assert hand.turn(False).wait(0.5).made == []
    assert hand.hold(0.1).made == [Gesture.PRESS]


def test_a_button_that_is_down_from_the_start_is_told_and_does_nothing_until_it_is_let_go():
    hand = Hand(down=True).wait(STUCK_SECONDS + 60)
    assert hand.made == [Gesture.STUCK]
    assert hand.gestures.stuck
    assert hand.turn(False).wait(1).made == [Gesture.STUCK, Gesture.FREED]
    assert not hand.gestures.stuck
    assert hand.hold(0.1).made[2:] == [Gesture.PRESS]


def test_a_finger_that_is_still_there_at_the_start_goes_unnoticed():
    hand = Hand(down=True).wait(1).turn(False).wait(1)
    assert hand.made == []
    assert hand.hold(0.1).made == [Gesture.PRESS]


def test_a_late_look_at_a_long_hold_gives_the_whole_warning_first():
    hand = Hand().turn(True)
    hand.now += 20
    hand.made += hand.gestures.tick(hand.now) + hand.gestures.tick(hand.now)
    assert hand.made == [Gesture.WARNING]
    assert hand.wait(VERY_LONG - WARNING - 0.1).made == [Gesture.WARNING]
    assert hand.wait(0.2).made == [Gesture.WARNING, Gesture.POWER_OFF]


def test_a_late_look_at_a_button_that_was_let_go_cancels():
    hand = Hand().turn(True)
    hand.now += 20
    hand.turn(False)
    hand.now += 20
    assert hand.turn(False).wait(1).made == [Gesture.WARNING, Gesture.CANCELLED]


@given(st.lists(st.tuples(st.booleans(), st.floats(0.001, 2.0)), max_size=30), st.booleans())
def test_no_play_of_the_button_powers_off_without_two_seconds_of_warning(moves, down):
    hand = Hand(down)
    for level, seconds in moves:
        before = hand.now
        hand.turn(level).wait(seconds)
        hand.made.append(hand.now - before)
    warned = False
    for gesture in hand.made:
        assert gesture is not Gesture.POWER_OFF or warned
        if gesture in (Gesture.WARNING, Gesture.CANCELLED):
            warned = gesture is Gesture.WARNING
    hand.turn(False).wait(1)
    assert hand.gestures.next_moment() == math.inf
