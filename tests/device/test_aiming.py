"""Who aims has light and a quick camera; nobody else has."""

import numpy as np
import pytest

from device.aiming import BLIND_SECONDS, Aiming
from device.panel.ring_light import RingLight


class Pin:
    value = 0.0


class Hand:
    def __init__(self):
        self.now = 100.0
        self.light = RingLight(Pin(), 1.0, 0.0, clock=lambda: self.now)
        self.aiming = Aiming(self.light, 60, clock=lambda: self.now)
        self.random = np.random.default_rng(1)

    def wait(self, seconds):
        self.now += seconds
        self.aiming.look()
        return self.aiming.active

    def see(self, level):
        noise = self.random.normal(0, 12, (480, 640, 3))
        self.aiming.watch(np.clip(level + noise, 0, 255).astype(np.uint8))
        return self.aiming.active


@pytest.fixture
def hand():
    return Hand()


def test_a_device_that_was_just_switched_on_is_lit_and_rests_after_a_while(hand):
    assert hand.aiming.active
    assert hand.light.brightness == 1.0
    assert hand.wait(59)
    assert not hand.wait(2)
    assert hand.light.brightness == 0.0


def test_a_look_keeps_the_light_on_and_hears_whether_it_was(hand):
    hand.wait(59)
    assert hand.aiming.note()
    assert hand.wait(59)
    assert not hand.wait(2)
    assert not hand.aiming.note()


def test_a_press_lights_and_stays_lit_so_that_the_next_one_is_quick(hand):
    hand.wait(61)
    with hand.aiming.on_for_burst():
        assert (hand.light.brightness, hand.aiming.age) == (1.0, 0.0)
    assert hand.aiming.active
    hand.wait(5)
    with hand.aiming.on_for_burst():
        assert hand.aiming.age == 5.0


def test_noise_in_the_dark_wakes_nobody_and_a_movement_does(hand):
    hand.wait(61)
    hand.wait(BLIND_SECONDS)
    assert not any(hand.see(20) for _ in range(50))
    assert hand.see(35)
    assert hand.light.brightness == 1.0


def test_exposure_that_follows_the_light_down_is_no_movement(hand):
    hand.wait(61)
    for level in range(200, 20, -20):
        hand.wait(BLIND_SECONDS / 10)
        assert not hand.see(level)
