import time
from dataclasses import replace

import pytest

from device.announcer import Announcer, Event
from device.errors import BusyError, SettingsError
from device.examination import Triage
from device.panel import DIM, LAMP_COLOURS, RED, WHITE, Panel
from device.settings import Settings

SETTINGS = Settings(mock_pins=True)


class Presses:
    """An examiner that counts."""

    def __init__(self):
        self.count = 0

    def press(self):
        self.count += 1
        if self.count == 2:
            raise BusyError("busy")


@pytest.fixture
def announcer():
    return Announcer()


@pytest.fixture
def panel(announcer):
    with Panel(Presses(), announcer, SETTINGS) as panel:
        while not announcer.listeners:
            time.sleep(0.001)
        yield panel


def wait_for(holds):
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert holds()


def test_the_button_presses_also_after_a_press_was_refused(panel):
    for _ in range(3):
        panel.button.pin.drive_low()
        panel.button.pin.drive_high()
    assert panel._examiner.count == 3


@pytest.mark.parametrize("triage", list(Triage))
def test_the_lamp_shows_the_triage(panel, announcer, triage):
    assert tuple(panel.lamp.color) == pytest.approx(DIM)
    announcer.announce(Event("busy", {}))
    wait_for(lambda: tuple(panel.lamp.color) == WHITE)
    announcer.announce(Event("examination", {"finding": {"triage": triage.value}}))
    wait_for(lambda: tuple(panel.lamp.color) == pytest.approx(LAMP_COLOURS[triage]))


def test_the_lamp_blinks_red_for_a_fault(panel, announcer):
    announcer.announce(Event("fault", {"detail": "no frame"}))
    wait_for(lambda: tuple(panel.lamp.color) == RED)
    wait_for(lambda: tuple(panel.lamp.color) == (0, 0, 0))


def test_a_machine_without_pins_is_told_what_to_set(announcer, monkeypatch):
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "no-such-factory")
    with pytest.raises(SettingsError, match="mock_pins"):
        Panel(Presses(), announcer, replace(SETTINGS, mock_pins=False))
