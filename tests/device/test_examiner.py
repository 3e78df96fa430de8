import queue
import threading

import numpy as np
import pytest

from device.announcer import Announcer, Event
from device.camera.ring import FrameRing
from device.classifier import load_classifier
from device.errors import BusyError, CameraError, RecordsError
from device.examination import Frame, Triage
from device.examiner import Examiner
from device.records import Records
from device.serialization import examination_from_json, examination_to_json
from tests.conftest import BUNDLE


class House:
    def __init__(self, folder):
        self.ring, self.announcer = FrameRing(), Announcer()
        self.records = Records(folder)
        self.examiner = Examiner(self.ring, load_classifier(BUNDLE), self.records, self.announcer)


@pytest.fixture
def house(tmp_path, frame):
    house = House(tmp_path)
    house.ring.publish(frame)
    yield house
    house.records.close()


def drain(events):
    kinds = []
    while True:
        try:
            kinds.append(events.get_nowait().kind)
        except queue.Empty:
            return kinds


def test_a_press_is_saved_and_then_announced(house):
    saved_when_announced = []
    original = house.announcer.announce

    def announce(event):
        if event.kind == "examination":
            saved_when_announced.append(house.records.get(event.data["id"]) is not None)
        original(event)

    house.announcer.announce = announce
    with house.announcer.listen() as events:
        examination = house.examiner.press()
        assert drain(events) == ["busy", "examination"]
    assert saved_when_announced == [True]
    assert house.records.recent(9)[0].id == examination.id
    assert set(examination.timings_ms) == {"finding", "save"}


def test_a_black_frame_is_to_be_taken_again(house, frame):
    house.ring.publish(Frame(np.zeros_like(frame.pixels), frame.captured_at, 1))
    finding = house.examiner.press().finding
    assert finding.triage is Triage.RETAKE
    assert "dark" in finding.reasons[0]


def test_without_a_frame_the_fault_is_announced_and_nothing_saved(house):
    house.ring.fail("the cable is out")
    with house.announcer.listen() as events:
        with pytest.raises(CameraError, match="cable"):
            house.examiner.press()
        assert drain(events) == ["busy", "fault"]
    assert house.records.recent(9) == []


def test_what_could_not_be_saved_is_not_announced(house, monkeypatch):
    def refuse(examination, pixels):
        raise RecordsError("the disk is full")

    monkeypatch.setattr(house.records, "save", refuse)
    with house.announcer.listen() as events:
        with pytest.raises(RecordsError):
            house.examiner.press()
        assert drain(events) == ["busy", "fault"]


def test_two_presses_at_once_give_one_examination(house, monkeypatch):
    inside, go_on = threading.Event(), threading.Event()
    real = house.records.save

    def slow(examination, pixels):
        inside.set()
        go_on.wait(5)
        real(examination, pixels)

    monkeypatch.setattr(house.records, "save", slow)
    first = threading.Thread(target=house.examiner.press)
    first.start()
    inside.wait(5)
    with pytest.raises(BusyError):
        house.examiner.press()
    go_on.set()
    first.join()
    assert len(house.records.recent(9)) == 1
    house.examiner.press()
    assert len(house.records.recent(9)) == 2


def test_an_examination_survives_json(examination):
    there = examination_to_json(examination)
    assert there["notice"].endswith("not a medical device.")
    assert examination_to_json(examination_from_json(there)) == there


def test_an_examination_from_before_there_were_bursts_has_one_frame(examination):
    old = examination_to_json(examination)
    (only,) = old.pop("frames")
    for name in ("best", "overridden", "optics"):
        del old[name]
    old |= {"quality": only["quality"], "frame_metadata": only["metadata"]}
    assert examination_to_json(examination_from_json(old)) == examination_to_json(examination)


def test_a_listener_that_sleeps_misses_the_oldest_and_holds_up_nobody():
    announcer = Announcer()
    with announcer.listen() as events:
        for number in range(100):
            announcer.announce(Event("fault", {"number": number}))
        assert events.qsize() == 16
        assert [events.get().data["number"] for _ in range(16)] == list(range(84, 100))
    assert announcer.listeners == 0
