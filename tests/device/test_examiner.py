import errno
import queue
import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest

from device.announcer import Announcer
from device.camera.base import UNSETTLED
from device.classifier import load_classifier
from device.classifier.preprocess import resize_field
from device.errors import BusyError, CameraError, OverrideError, RecordsError
from device.examination import Triage
from device.examiner import Examiner
from device.images import decode_image
from device.optics import OpticsStore
from device.optics.white import GRID
from device.records import Records, files
from device.serialization import examination_from_json, examination_to_json
from device.words import say
from tests.conftest import BUNDLE
from tests.support import StillCamera


class House:
    def __init__(self, folder, frame):
        self.camera, self.announcer = StillCamera(frame), Announcer()
        self.records = Records(folder)
        self.classifier = load_classifier(BUNDLE)
        self.examiner = Examiner(self.camera, self.classifier, self.records, self.announcer)


@pytest.fixture
def house(tmp_path, frame):
    house = House(tmp_path, frame)
    yield house
    house.records.close()


def drain(events):
    kinds = []
    while True:
        try:
            kinds.append(events.get(timeout=0).kind)
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
    house.camera.frames = [replace(frame, pixels=np.zeros_like(frame.pixels))]
    finding = house.examiner.press().finding
    assert finding.triage is Triage.RETAKE
    assert finding.reasons[0].code == "too_dark"


@pytest.mark.parametrize(
    ("spoil", "unsettled", "words"),
    [
        (lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 8), ["focus"], "could not focus"),
        (lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 8), ["exposure"], "Not sharp"),
        (lambda pixels: np.full_like(pixels, 255), ["hold"], "still changing"),
        (lambda pixels: np.full_like(pixels, 255), ["focus"], "Too bright"),
    ],
)
def test_a_wait_that_ran_out_is_the_advice_where_it_explains_what_is_wrong(
    house, frame, spoil, unsettled, words
):
    metadata = {**frame.metadata, UNSETTLED: unsettled}
    house.camera.frames = [replace(frame, pixels=spoil(frame.pixels), metadata=metadata)]
    examination = house.examiner.press()
    assert examination.finding.triage is Triage.RETAKE
    assert words in say(examination.finding.reasons[0])
    assert examination.frames[0].metadata[UNSETTLED] == unsettled


def test_the_best_frames_of_a_burst_are_classified_and_all_are_kept(house, frame):
    blurred = replace(frame, pixels=cv2.GaussianBlur(frame.pixels, (0, 0), 8))
    house.camera.frames = [blurred, blurred, frame, blurred]
    examination = house.examiner.press()
    assert [each.used for each in examination.frames] == [False, False, True, False] * 2
    assert examination.best in (2, 6)
    alone = house.examiner.classifier.classify([resize_field(frame.pixels)])
    assert examination.finding.probabilities == pytest.approx(alone.probabilities)
    kept = [decode_image(house.records.image_path(examination.id, n).read_bytes(), "") for n in range(8)]
    assert len({each.std() for each in kept}) == 2
    assert examination_to_json(house.records.get(examination.id))["best"] == examination.best


def test_advice_can_be_overridden_which_is_recorded(house, frame):
    house.camera.frames = [replace(frame, pixels=frame.pixels // 8)]
    examination = house.examiner.press()
    assert examination.finding.triage is Triage.RETAKE
    with house.announcer.listen() as events:
        house.examiner.override(examination.id)
        assert drain(events) == ["examination"]
    kept = house.records.get(examination.id)
    assert kept.overridden
    assert kept.finding.triage is not Triage.RETAKE
    assert kept.finding.probabilities == examination.finding.probabilities
    with pytest.raises(OverrideError, match="only"):
        house.examiner.override(examination.id)
    assert house.examiner.override("20200101T000000000000-0000") is None


def test_a_finding_of_another_model_is_not_judged_by_todays_thresholds(house, frame, examination):
    other = replace(examination.finding, triage=Triage.RETAKE, model="another model")
    house.records.save(replace(examination, finding=other), frame.pixels)
    with pytest.raises(OverrideError, match="another model"):
        house.examiner.override(examination.id)


def test_a_retake_takes_the_place_of_the_last(house):
    assert house.examiner.retake().replaces == ""
    last = house.examiner.press()
    again = house.examiner.retake()
    assert house.records.get(again.id).replaces == last.id


def test_without_a_frame_the_fault_is_announced_and_nothing_saved(house):
    house.camera.fault = CameraError("the cable is out")
    with house.announcer.listen() as events:
        with pytest.raises(CameraError, match="cable"):
            house.examiner.press()
        assert drain(events) == ["busy", "fault"]
    assert house.records.recent(9) == []


@pytest.mark.parametrize("moment", ["write_unfinished", "finish"])
def test_what_could_not_be_saved_is_not_announced_and_leaves_nothing(house, tmp_path, monkeypatch, moment):
    def refuse(*ignored):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(files, moment, refuse)
    with house.announcer.listen() as events:
        with pytest.raises(RecordsError, match="free some space"):
            house.examiner.press()
        assert drain(events) == ["busy", "fault"]
    assert house.records.recent(9) == []
    assert list((tmp_path / "images").iterdir()) == []


def test_two_presses_at_once_give_one_examination(house, monkeypatch):
    inside, go_on = threading.Event(), threading.Event()
    real = house.camera.burst

    def slow(count):
        inside.set()
        go_on.wait(5)
        yield from real(count)

    monkeypatch.setattr(house.camera, "burst", slow)
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
    for name in ("best", "overridden", "replaces", "optics"):
        del old[name]
    old |= {"quality": only["quality"], "frame_metadata": only["metadata"]}
    assert examination_to_json(examination_from_json(old)) == examination_to_json(examination)


def test_the_field_is_corrected_the_saved_frame_is_not_and_the_calibration_is_named(
    tmp_path, frame, monkeypatch
):
    spoiled = replace(frame, pixels=(frame.pixels * np.array((1.0, 0.8, 0.7))).astype(np.uint8))
    store = OpticsStore(tmp_path)
    gains = np.broadcast_to(np.array((1.0, 1.25, 1 / 0.7), np.float32), (*GRID, 3))
    store.save(gains.copy(), (600, 450), now=frame.captured_at)
    house = House(tmp_path, spoiled)
    seen = []
    classify = house.classifier.classify
    monkeypatch.setattr(
        house.classifier, "classify", lambda fields, advice: seen.extend(fields) or classify(fields, advice)
    )
    examiner = Examiner(house.camera, house.classifier, house.records, house.announcer, optics=store.current)
    examination = examiner.press()
    assert examination.optics == "white 2026-01-02 #1"
    assert house.records.get(examination.id).optics == examination.optics
    assert np.abs(seen[0].astype(int) - resize_field(frame.pixels)).mean() < 2
    saved = decode_image(house.records.image_path(examination.id).read_bytes(), "saved")
    assert np.abs(saved.astype(int) - spoiled.pixels).mean() < 3
    house.records.close()
