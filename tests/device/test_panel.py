import logging
import threading
import time
from dataclasses import replace

import pytest

from device.announcer import Announcer, Event
from device.errors import BusyError, PowerError, SettingsError
from device.examination import Triage
from device.panel import Panel, patterns
from device.panel.gestures import STUCK_SECONDS
from device.panel.patterns import DARK, FINDING_SECONDS, FOR_TRIAGE
from device.panel.power import power_off_of, run_power_off
from device.panel.ring_light import RingLight
from device.settings import Settings

SETTINGS = Settings(mock_pins=True, ring_light_brightness=0.8, ring_light_idle=0.1)


class Clock:
    def __init__(self):
        self.now = 50.0

    def __call__(self):
        return self.now


class Examiner:
    """Counts what it is asked for; works until it may go on."""

    def __init__(self, error=None):
        self.asked, self.error = [], error
        self.may_end = threading.Event()
        self.may_end.set()

    def press(self):
        self._ask("press")

    def retake(self):
        self._ask("retake")

    def _ask(self, what):
        self.asked.append(what)
        assert self.may_end.wait(10)
        if self.error:
            raise self.error


class Desk:
    """A panel that is stepped by hand: no thread, and a clock that is set."""

    def __init__(self, settings=SETTINGS, power_off=None):
        self.clock, self.announcer, self.examiner = Clock(), Announcer(), Examiner()
        self.offs = []
        self.panel = Panel(
            self.announcer, settings, power_off or (lambda: self.offs.append(self.clock.now)), self.clock
        )

    def ready(self):
        self.panel.ready(self.examiner)
        return self

    def wait(self, seconds):
        end = self.clock.now + seconds
        while (due := self.panel.step()) <= end:
            self.clock.now = max(self.clock.now, due) + 1e-6
        self.clock.now = max(self.clock.now, end)
        self.panel.step()
        wait_for(lambda: not self.panel._acting.locked() or not self.examiner.may_end.is_set())
        return self

    def down(self):
        self.panel.button.pin.drive_low()
        return self

    def up(self):
        self.panel.button.pin.drive_high()
        return self

    def hold(self, seconds):
        return self.down().wait(seconds).up().wait(0.05)

    def tell(self, kind, **data):
        self.panel.show(Event(kind, data))
        return self

    @property
    def shown(self):
        return self.panel._signals.pattern.name

    @property
    def colour(self):
        return tuple(self.panel.lamp.value)


def wait_for(holds):
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert holds()


@pytest.fixture
def desk():
    desk = Desk().ready()
    yield desk
    desk.panel._devices.close()


def test_a_press_asks_for_a_press_and_a_long_one_for_a_retake(desk):
    desk.hold(0.1).wait(1).hold(1.5).wait(1).hold(0.1)
    assert desk.examiner.asked == ["press", "retake", "press"]


def test_the_hand_is_told_when_a_press_has_become_a_long_one(desk):
    assert desk.down().wait(0.9).shown == "ready"
    assert desk.wait(0.2).shown == "let go to take it again"
    assert desk.up().wait(0.1).shown == "ready"


def test_double_and_bouncing_presses_are_one(desk):
    for _ in range(5):
        desk.down().wait(0.002).up().wait(0.002)
    desk.hold(0.1).wait(0.1).hold(0.1)
    assert desk.examiner.asked == ["press"]


def test_presses_while_one_is_under_way_are_dropped(desk):
    desk.examiner.may_end.clear()
    desk.hold(0.1)
    wait_for(lambda: desk.examiner.asked)
    desk.wait(1).hold(0.1).wait(1).hold(1.5)
    desk.examiner.may_end.set()
    desk.wait(1)
    assert desk.examiner.asked == ["press"]
    assert desk.hold(0.1).examiner.asked == ["press"] * 2


@pytest.mark.parametrize("error", [BusyError("busy"), RuntimeError("broken")])
def test_the_button_works_also_after_a_press_that_failed(desk, error):
    desk.examiner.error = error
    desk.hold(0.1).wait(1).hold(0.1)
    assert desk.examiner.asked == ["press"] * 2


def test_a_press_that_breaks_is_announced(desk, caplog):
    desk.examiner.error = RuntimeError("broken")
    with desk.announcer.listen() as events:
        desk.hold(0.1)
        assert events.get(timeout=5).kind == "fault"
    assert "broken" in caplog.text


def test_a_press_that_begins_before_the_daemon_is_ready_does_no_harm():
    desk = Desk()
    desk.hold(0.1).wait(1).hold(1.5).wait(1)
    assert desk.down().wait(0.2).shown == "starting"
    desk.ready().wait(0.2).up().wait(1)
    assert desk.examiner.asked == []
    assert desk.shown == "ready"
    assert desk.hold(0.1).examiner.asked == ["press"]


def test_a_button_that_is_down_from_the_start_is_told_until_it_is_free(caplog, monkeypatch):
    monkeypatch.setattr("device.panel.panel.Button", pushed_button)
    desk = Desk()
    with desk.announcer.listen() as events:
        desk.wait(STUCK_SECONDS + 0.1)
        event = events.get(timeout=0)
    assert (event.kind, "wiring" in event.data["text"]) == ("fault", True)
    assert "short circuit" in caplog.text
    assert desk.ready().wait(20).shown == "button stuck"
    assert desk.tell("state", state="low disk").shown == "button stuck"
    assert desk.up().wait(1).shown == "low disk"
    assert desk.examiner.asked == desk.offs == []
    assert desk.hold(0.1).examiner.asked == ["press"]


def pushed_button(pin, pin_factory):
    from gpiozero import Button

    made = pin_factory.pin(pin)
    made.function, made.pull = "input", "up"
    # The pin's own pull-up would drive it high again when the button is opened.
    made._set_pull = lambda value: None
    made.drive_low()
    return Button(pin, pin_factory=pin_factory)


def test_a_very_long_press_warns_and_then_powers_off(desk):
    assert desk.down().wait(3.1).shown == "hold on to power off"
    assert desk.panel.buzzer.is_active
    assert desk.offs == []
    desk.wait(2)
    wait_for(lambda: desk.offs)
    assert desk.shown == "power-off"
    desk.wait(5).up().wait(0.1)
    assert len(desk.offs) == 1
    assert desk.examiner.asked == []


def test_power_off_is_cancelled_by_letting_go(desk):
    desk.down().wait(4.9).up().wait(0.1)
    assert (desk.shown, desk.offs, desk.examiner.asked) == ("ready", [], [])
    assert not desk.panel.buzzer.is_active


def test_power_off_works_before_the_daemon_is_ready_and_while_a_press_hangs():
    desk = Desk()
    desk.hold(5.5)
    wait_for(lambda: len(desk.offs) == 1)
    desk.ready().wait(60)
    desk.examiner.may_end.clear()
    desk.hold(0.1).wait(1).hold(5.5)
    wait_for(lambda: len(desk.offs) == 2)
    desk.examiner.may_end.set()


def test_nothing_else_is_shown_while_the_power_goes(desk):
    desk.down().wait(3.1)
    for kind in ("busy", "fault"):
        desk.tell(kind, detail="x")
    desk.tell("state", state="low disk")
    assert desk.shown == "hold on to power off"
    assert desk.up().wait(0.1).shown == "low disk"


def test_a_lost_release_powers_nothing_off(desk):
    desk.down().wait(0.1)
    desk.panel.button.pin._when_changed = None
    desk.up().wait(10)
    assert desk.offs == []


def test_a_failed_power_off_is_told(caplog):
    def fail():
        raise PowerError("the power-off failed")

    desk = Desk(power_off=fail).ready()
    with desk.announcer.listen() as events:
        desk.down().wait(5.1)
        event = events.get(timeout=5)
    assert (event.kind, event.data["text"]) == ("fault", "the power-off failed")
    assert desk.tell("fault", **event.data).shown == "fault"
    assert "the power-off failed" in caplog.text


def test_with_mock_pins_the_power_off_is_only_said(caplog):
    caplog.set_level(logging.INFO)
    power_off_of(replace(SETTINGS, power_off_command="false"))()
    assert "not done" in caplog.text


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("sh -c 'echo Access denied >&2; exit 1'", "Access denied"),
        ("false", "status 1"),
        ("/nowhere/poweroff", "No such file"),
        ("sh -c 'sleep 9'", "timed out"),
        ("sh -c 'unclosed", "quotation"),
    ],
)
def test_a_power_off_that_is_not_allowed_says_what_to_do(command, reason, monkeypatch):
    monkeypatch.setattr("device.panel.power.PATIENCE_SECONDS", 0.2 if "sleep" in command else 20)
    with pytest.raises(PowerError, match=reason) as caught:
        power_off_of(replace(SETTINGS, mock_pins=False, power_off_command=command))()
    assert "power_off_command" in str(caught.value)


def test_the_power_off_command_is_run(tmp_path):
    run_power_off(f"touch {tmp_path / 'off'}")
    assert (tmp_path / "off").exists()


@pytest.mark.parametrize("triage", list(Triage))
def test_a_triage_is_shown_and_heard_for_a_while(desk, triage):
    desk.tell("busy")
    assert (desk.shown, desk.colour) == ("busy", patterns.WHITE)
    desk.tell("examination", finding={"triage": triage.value, "suspicious": False})
    assert (desk.shown, desk.colour) == (triage.value, FOR_TRIAGE[triage].colour)
    assert desk.panel.buzzer.is_active
    assert desk.wait(FINDING_SECONDS - 0.1).shown == triage.value
    assert desk.wait(0.2).shown == "ready"
    assert desk.colour == pytest.approx(patterns.READY.colour)


def test_the_lamp_and_the_buzzer_beat_the_rhythm(desk):
    desk.tell("fault", detail="no frame")
    seen = []
    for _ in range(8):
        seen.append((desk.colour != DARK, desk.panel.buzzer.is_active))
        desk.clock.now = desk.panel.step() + 1e-6
        desk.panel.step()
    assert seen == [(True, True), (False, False)] * 4


def test_a_standing_state_comes_back_after_every_finding(desk):
    assert desk.tell("state", state="camera fault").shown == "camera hang"
    desk.tell("examination", finding={"triage": "watch", "suspicious": False})
    assert desk.tell("state", state="low disk").shown == "watch"
    assert desk.wait(FINDING_SECONDS + 0.1).shown == "low disk"
    assert desk.tell("state", state="ready").shown == "ready"
    assert desk.tell("state", state="no such").tell("other").shown == "ready"


def test_the_buzzer_can_be_switched_off():
    desk = Desk(replace(SETTINGS, buzzer=False)).ready()
    desk.tell("fault", detail="x")
    assert desk.colour == patterns.RED
    assert not desk.panel.buzzer.is_active
    desk.down().wait(3.5)
    assert not any(state for _, state in desk.panel.buzzer.pin.states)


def test_the_ring_light_is_on_for_a_burst_and_low_otherwise(desk):
    light = desk.panel.ring_light
    pin = light._light.pin
    assert (pin.state, pin.frequency) == (0.1, 1000)
    with light.on_for_burst():
        assert pin.state == 0.8
        with light.on_for_burst():
            pass
        assert pin.state == 0.8
    assert pin.state == 0.1
    with pytest.raises(ZeroDivisionError), light.on_for_burst():
        1 / 0  # noqa: B018
    assert pin.state == 0.1


def test_the_ring_light_is_as_bright_for_aiming_as_for_a_burst_which_then_changes_nothing():
    class Pin:
        value = 0.0

    now = [0.0]
    light = RingLight(Pin(), 0.8, 0.1, clock=lambda: now[0])
    now[0] = 5.0
    light.aim(True)
    assert (light.brightness, light.age) == (0.8, 0.0)
    now[0] = 8.0
    with light.on_for_burst():
        assert (light.brightness, light.age) == (0.8, 3.0)
    assert (light.brightness, light.age) == (0.8, 3.0)
    light.aim(False)
    assert (light.brightness, light.age) == (0.1, 0.0)


def test_a_machine_without_pins_is_told_what_to_set(monkeypatch):
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "no-such-factory")
    with pytest.raises(SettingsError, match="mock_pins"):
        Panel(Announcer(), replace(SETTINGS, mock_pins=False))


def test_a_ready_lamp_shines_the_brighter_the_sharper_the_view_is(desk):
    blurred = desk.tell("quality", focus=0.1, advice=[]).colour
    sharp = desk.tell("quality", focus=0.9, advice=[]).colour
    assert sum(patterns.READY.colour) < sum(blurred) < sum(sharp)
    assert desk.tell("quality", focus=0.9, advice=["It is too dark."]).colour == patterns.READY.colour


def test_the_focus_leaves_alone_what_the_lamp_has_to_say(desk):
    desk.tell("state", state="low disk")
    assert desk.tell("quality", focus=0.9, advice=[]).shown == "low disk"
    desk.tell("state", state="ready")
    desk.tell("fault", detail="")
    assert desk.tell("quality", focus=0.9, advice=[]).shown == "fault"
    assert desk.wait(patterns.FAULT.seconds + 0.1).colour == patterns.ready(0.9).colour
