import logging

import pytest

from device.announcer import Announcer
from device.app import build_app
from device.camera.ring import FrameRing
from device.health import Checks, Health, State, checks, worst
from device.health.monitor import Monitor, standing_state
from device.message import Message, as_it_was
from device.records.card import Card, CardFault, error_of
from device.words import LANGUAGES, TEXTS, say
from tests.device.test_service import Frames
from tests.support import heard


class Said:
    def __init__(self):
        self.sentences = []

    def status(self, sentence):
        self.sentences.append(sentence)


def health(part, state):
    return Health(part, state, as_it_was(f"{part} is {state}"), as_it_was("mend it"))


def test_all_parts_are_looked_at_in_their_order_also_when_one_fails():
    def fail():
        raise OSError("no such sensor")

    looked = Checks(a=lambda: health("a", State.GOOD), b=fail, c=lambda: health("c", State.BAD)).look()
    assert [(each.part, each.state) for each in looked] == [("a", "good"), ("b", "unknown"), ("c", "bad")]


def test_the_worst_is_the_first_of_the_worst():
    good, warning, bad = (health(state, state) for state in (State.GOOD, State.WARNING, State.BAD))
    assert worst((good, warning, bad, health("later", State.BAD))) is bad
    assert worst((good, warning)) is warning
    assert worst((good, health("x", State.UNKNOWN))) is None


def test_the_camera_is_as_its_frames_are():
    frames = Frames()
    frames.camera = "HQ"
    assert checks.camera(frames).state is State.BAD
    frames.newest_sequence = 4
    assert checks.camera(frames) == Health("camera", State.GOOD, Message("camera_name", name="HQ"))
    frames.fault = Message("camera_gone")
    assert checks.camera(frames).finding == frames.fault
    assert checks.camera(FrameRing()).state is State.BAD


@pytest.mark.parametrize(("mib", "state"), [(10000, "good"), (199, "warning"), (49, "bad")])
def test_a_disk_that_fills_is_told_in_time(monkeypatch, tmp_path, mib, state):
    monkeypatch.setattr(Card, "free_bytes", mib << 20)
    assert checks.disk(Card(tmp_path / "not" / "yet")).state == state


def write(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(("text", "state"), [("45123\n", "good"), ("81000", "warning"), ("90000", "bad")])
def test_the_hottest_zone_counts(tmp_path, text, state):
    write(tmp_path, class__thermal__thermal_zone0__temp="20000")
    write(tmp_path, class__thermal__thermal_zone1__temp=text)
    assert checks.temperature(tmp_path).state == state


@pytest.mark.parametrize(
    ("name", "alarm", "state"),
    [("rpi_volt\n", "0\n", "good"), ("rpi_volt", "1", "bad"), ("fan", "1", "unknown")],
)
def test_under_voltage_is_what_the_firmware_says(tmp_path, name, alarm, state):
    write(tmp_path, class__hwmon__hwmon0__name="cpu_thermal")
    write(tmp_path, class__hwmon__hwmon1__name=name, class__hwmon__hwmon1__in0_lcrit_alarm=alarm)
    assert checks.supply(tmp_path).state == state


def test_a_machine_without_sensors_says_so(tmp_path):
    assert checks.temperature(tmp_path).state is State.UNKNOWN
    assert checks.supply(tmp_path).state is State.UNKNOWN


def test_a_clock_is_good_when_set_unknown_when_not_and_bad_before_the_program(tmp_path):
    assert checks.clock(tmp_path, lambda: 200, 100).state is State.UNKNOWN
    assert checks.clock(tmp_path, lambda: 50, 100).state is State.BAD
    write(tmp_path, systemd__timesync__synchronized="")
    assert checks.clock(tmp_path, lambda: 200, 100).state is State.GOOD


def test_the_bound_on_memory_is_known_or_said_to_be_missing(tmp_path):
    own = tmp_path / "cgroup"
    own.write_text("0::/user.slice/session.scope\n")
    assert checks.memory(tmp_path, own).state is State.UNKNOWN
    own.write_text("1:name=x:/\n0::/system.slice/dermapoint.service\n")
    assert "cmdline.txt" in checks.memory(tmp_path, own).advice
    group = "fs__cgroup__system.slice__dermapoint.service__"
    write(tmp_path, **{f"{group}memory.max": f"{350 << 20}", f"{group}memory.current": f"{100 << 20}"})
    assert checks.memory(tmp_path, own) == Health(
        "memory", State.GOOD, Message("memory_used", used=100, most=350)
    )
    write(tmp_path, **{f"{group}memory.current": f"{340 << 20}"})
    assert checks.memory(tmp_path, own).state is State.WARNING
    write(tmp_path, **{f"{group}memory.max": "max"})
    assert "no bound" in checks.memory(tmp_path, own).sentence


def test_a_change_is_told_once_to_lamp_log_and_manager(caplog):
    states = {"camera": State.GOOD, "disk": State.GOOD, "supply": State.UNKNOWN}
    parts = Checks(**{part: lambda part=part: health(part, states[part]) for part in states})
    announcer, said = Announcer(), Said()
    monitor = Monitor(parts, announcer, said)
    caplog.set_level(logging.INFO)
    with announcer.listen() as events:
        monitor.look()
        assert heard(events) == []
        assert caplog.text == ""
        states["disk"] = State.WARNING
        monitor.look()
        monitor.look()
        states["camera"] = State.BAD
        monitor.look()
        states.update(camera=State.GOOD, disk=State.GOOD)
        monitor.look()
        announced = [event.data["state"] for event in heard(events)]
    assert announced == ["low disk", "camera fault", "ready"]
    assert [(each.levelname, each.message) for each in caplog.records] == [
        ("WARNING", "disk warning: disk is warning; mend it"),
        ("ERROR", "camera bad: camera is bad; mend it"),
        ("INFO", "camera good: camera is good; mend it"),
        ("INFO", "disk good: disk is good; mend it"),
    ]
    assert said.sentences[0] == said.sentences[-1] == "ready"
    assert said.sentences[3] == "camera: camera is bad"


def test_a_camera_fault_is_shown_before_a_low_disk():
    assert standing_state((health("disk", State.BAD), health("camera", State.BAD))) == "camera fault"
    assert standing_state((health("disk", State.BAD),)) == "low disk"
    assert standing_state((health("supply", State.BAD),)) == "ready"


@pytest.mark.parametrize("fault", [CardFault.READ_ONLY, CardFault.FAILING])
def test_a_card_that_takes_nothing_more_is_shown_by_the_lamp_and_said_with_what_to_do(
    tmp_path, monkeypatch, fault
):
    monkeypatch.setattr(Card, "fault", fault)
    found = checks.disk(Card(tmp_path))
    assert (found.state, found.advice) == (State.BAD, "save your records elsewhere now")
    assert found.sentence in str(error_of(fault, Message("examination_not_saved")))
    assert standing_state((found,)) == "card fault"


def test_the_records_tell_damage_and_what_will_be_deleted():
    assert checks.records(None, ()).state is State.GOOD
    two = Message("without_record", count=7), Message("person_damaged", id="a")
    assert checks.records(None, two).sentence.startswith("there are pictures of 7 examinations")
    assert "(a) is damaged" in checks.records(None, two).sentence
    assert checks.records(two[0], two).state is State.BAD


def test_each_part_of_the_device_has_a_name_and_says_how_it_is(settings):
    with build_app(settings) as app:
        looked = app.checks.look()
    assert len({each.part for each in looked}) == len(looked)
    for each in looked:
        assert {each.part, each.finding.code} <= set(TEXTS)
        assert each.finding.code != "part_not_checked", each
        assert all(say(each.name, language) for language in LANGUAGES)
        # What isn't well says what to do.
        assert each.remedy or each.state in (State.GOOD, State.UNKNOWN)
