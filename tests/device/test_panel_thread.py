"""The panel as it runs: its own thread, real time, short holds."""

import threading
import time

import pytest

from device.announcer import Announcer, Event
from device.app import build_app
from device.panel import Panel
from device.settings import Settings
from tests.device.test_panel import Examiner, wait_for

SETTINGS = Settings(mock_pins=True, long_press_seconds=0.5, very_long_press_seconds=2.5)


@pytest.fixture
def announcer():
    return Announcer()


@pytest.fixture
def panel(announcer):
    with Panel(announcer, SETTINGS) as panel:
        wait_for(lambda: announcer.listeners)
        panel.ready(Examiner())
        yield panel


def test_a_finger_presses_and_a_longer_one_retakes(panel):
    for seconds in (0.05, 0.6):
        panel.button.pin.drive_low()
        time.sleep(seconds)
        panel.button.pin.drive_high()
        time.sleep(0.45)
    wait_for(lambda: panel._examiner.asked == ["press", "retake"])


def test_an_announced_finding_is_on_the_lamp(panel, announcer):
    announcer.announce(Event("busy", {}))
    wait_for(lambda: tuple(panel.lamp.value) == (1, 1, 1))
    announcer.announce(Event("examination", {"finding": {"triage": "refer", "suspicious": True}}))
    wait_for(lambda: tuple(panel.lamp.value) == (1, 0, 0))
    wait_for(lambda: tuple(panel.lamp.value) == (0, 0, 0))


def test_a_bad_event_does_not_take_the_button_away(panel, announcer, caplog):
    announcer.announce(Event("examination", {}))
    wait_for(lambda: "panel" in caplog.text)
    panel.button.pin.drive_low()
    time.sleep(0.05)
    panel.button.pin.drive_high()
    wait_for(lambda: panel._examiner.asked == ["press"])


def test_a_lamp_that_hangs_holds_up_no_announcer_and_loses_no_press(panel, announcer, monkeypatch):
    hangs, go_on = threading.Event(), threading.Event()

    def hang(pattern, now):
        hangs.set()
        assert go_on.wait(20)

    monkeypatch.setattr(panel._signals, "show", hang)
    announcer.announce(Event("busy", {}))
    assert hangs.wait(5)
    for _ in range(100):
        announcer.announce(Event("busy", {}))
    panel.button.pin.drive_low()
    time.sleep(0.05)
    panel.button.pin.drive_high()
    assert panel._examiner.asked == []
    go_on.set()
    wait_for(lambda: panel._examiner.asked == ["press"])


def test_the_button_of_the_whole_device_takes_a_picture(tmp_path):
    with build_app(Settings(mock_pins=True, state=tmp_path, frame_rate=20)) as house:
        house.ring.newest()
        house.panel.ready(house.examiner)
        house.panel.button.pin.drive_low()
        time.sleep(0.05)
        house.panel.button.pin.drive_high()
        wait_for(lambda: house.records.recent(1))
        (line,) = house.records.recent(2)
        examination = house.records.get(line.id)
        wait_for(lambda: house.panel._signals.pattern.name == examination.finding.triage)


def test_nothing_is_left_lit_or_running_when_the_panel_closes(announcer):
    with Panel(announcer, SETTINGS) as panel:
        wait_for(lambda: announcer.listeners)
        thread, lamp = panel._thread, [led.pin for led in panel.lamp._leds]
        announcer.announce(Event("busy", {}))
        wait_for(lambda: all(pin.state for pin in lamp))
    assert not thread.is_alive()
    assert not any(pin.state for pin in lamp)
    assert not announcer.listeners
