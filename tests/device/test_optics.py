import json
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from device.classifier.preprocess import resize_field
from device.errors import CalibrationError
from device.optics import Optics, OpticsStore
from device.optics.scale import Scale
from device.optics.white import GRID
from device.words import say

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SIZE = (600, 450)


def gains(strength=0.5):
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in GRID), indexing="ij")
    return ((1 + strength * (x**2 + y**2) / 2)[..., None] * (1.0, 1.1, 1.3)).astype(np.float32)


@pytest.fixture
def store(tmp_path):
    return OpticsStore(tmp_path, "lens camera")


def test_without_a_calibration_a_picture_stays_itself(store, picture, field):
    optics = store.current()
    assert optics.correct(picture) is picture
    assert optics.correct_field(field) is field
    assert (optics.name, optics.notes, optics.mm_per_pixel(600)) == ("", (), None)
    assert not store.folder.exists()


def test_what_is_saved_is_in_force_named_and_there_for_the_next_start(store, tmp_path):
    store.save(gains(), SIZE, "lens camera", {"ColourGains": (2.1, 1.6)}, NOW)
    store.save(Scale(15.0, "ruler of 1 mm"), SIZE, "lens camera", now=NOW)
    for optics in (store.current(), OpticsStore(tmp_path, "lens camera").current()):
        assert optics.name == "white 2026-01-02 #1, scale 2026-01-02 #2"
        assert optics.mm_per_pixel(600) == pytest.approx(0.025)
        assert optics.colour_gains == (2.1, 1.6)
        np.testing.assert_array_equal(optics.white.value, gains())


def test_the_field_of_the_corrected_frame_is_the_corrected_field(store, picture):
    store.save(gains(), SIZE)
    optics = store.current()
    large = cv2.resize(picture, (2028, 1520))
    by_frame = resize_field(optics.correct(large)).astype(int)
    by_field = optics.correct_field(resize_field(large)).astype(int)
    # Only where a spot of glare fills part of a pixel do they differ.
    assert np.percentile(np.abs(by_frame - by_field), 98) <= 2
    assert np.abs(by_frame - by_field).mean() < 0.5
    assert np.abs(by_frame - resize_field(large)).mean() > 10


@pytest.mark.parametrize(("width", "height"), [(600, 450), (640, 360), (300, 450), (1, 1)])
def test_a_part_of_another_aspect_is_corrected_as_it_lies_in_the_frame(store, width, height):
    store.save(gains(1.2), SIZE)
    whole = store.current().correct(np.full((450, 600, 3), 60, np.uint8))
    part = store.current().correct(np.full((height, width, 3), 60, np.uint8))
    fits = min(600 / width, 450 / height)
    place_x, place_y = 300 + (np.arange(width) + 0.5 - width / 2) * fits, 225
    expected = whole[place_y, place_x.astype(int)]
    assert np.abs(part[height // 2].astype(int) - expected).max() <= 2


def test_what_is_blown_out_stays_white(store):
    store.save(gains(), SIZE)
    assert store.current().correct(np.full((450, 600, 3), 255, np.uint8)).min() == 255


def test_undo_brings_back_the_one_before_and_keeps_the_file(store):
    store.save(Scale(15.0, "a"), SIZE, now=NOW)
    store.save(gains(), SIZE, now=NOW)
    store.save(Scale(20.0, "b"), SIZE, now=NOW)
    assert store.undo("scale").number == 3
    assert store.current().mm_per_pixel(100) == pytest.approx(0.15)
    assert store.undo().kind == "white"
    assert store.current().white is None
    assert [(each.number, each.undone) for each in store.history()] == [(3, True), (2, True), (1, False)]
    assert store.save(Scale(30.0, "c"), SIZE).number == 4
    assert store.current().mm_per_pixel(100) == pytest.approx(0.3)


def test_undo_without_a_calibration_is_told(store):
    with pytest.raises(CalibrationError, match="no white calibration to undo"):
        store.undo("white")


def test_the_newest_counts_and_not_the_latest_date(store):
    store.save(Scale(15.0, "a"), SIZE, now=NOW)
    store.save(Scale(20.0, "b"), SIZE, now=NOW - timedelta(days=9000))
    assert store.current().mm_per_pixel(100) == pytest.approx(0.2)


def damage_gains(folder):
    (folder / "0002-white.npy").write_bytes(b"\x93NUMPY rubbish")


def lose_gains(folder):
    (folder / "0002-white.npy").unlink()


def cut_short(folder):
    path = folder / "0002-white.json"
    path.write_bytes(path.read_bytes()[:40])


def turn_to(**changes):
    def change(folder):
        path = folder / "0002-white.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def nest(folder):
    """As someone may write it who wants the daemon to end at every start."""
    (folder / "0002-white.json").write_text("[" * 100_000)


@pytest.mark.parametrize(
    "damage",
    [
        damage_gains,
        lose_gains,
        cut_short,
        lambda folder: (folder / "0002-white.json").write_bytes(b"\xff\x00"),
        lambda folder: (folder / "0002-white.json").write_text("[]"),
        lambda folder: (folder / "0002-white.json").write_text("{}"),
        turn_to(version=2),
        turn_to(size=[0, 0]),
        turn_to(size=7),
        turn_to(made_at="yesterday"),
        turn_to(made_at="2026-01-01T00:00:00"),
        turn_to(metadata=7),
        turn_to(kind="scale"),
        turn_to(kind="scale", width_mm=1e9, method="x"),
        turn_to(kind="scale", width_mm=10**400, method="x"),
        nest,
    ],
)
def test_a_damaged_calibration_gives_way_to_the_one_before_and_says_so(store, tmp_path, damage):
    store.save(gains(0.1), SIZE, now=NOW)
    store.save(gains(0.5), SIZE, now=NOW)
    damage(store.folder)
    optics = OpticsStore(tmp_path).current()
    assert optics.name == "white 2026-01-02 #1"
    assert len(optics.notes) == 1
    assert "0002-white" in say(optics.notes[0])
    with pytest.raises(CalibrationError, match="undone now"):
        OpticsStore(tmp_path).undo()
    assert OpticsStore(tmp_path).current().notes == ()


@pytest.mark.parametrize(
    "bad", [gains() * np.nan, gains() * 4, gains() * 0.1, gains()[:3], gains().astype(np.float64)]
)
def test_gains_without_meaning_are_never_saved(store, bad):
    with pytest.raises(CalibrationError):
        store.save(bad, SIZE)
    assert store.history() == []


def test_a_disk_that_refuses_leaves_all_as_it_was(store, monkeypatch):
    store.save(Scale(15.0, "a"), SIZE, now=NOW)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("device.optics.store.write_durably", refuse)
    with pytest.raises(CalibrationError, match=r"No space left on device.*free some space"):
        store.save(Scale(20.0, "b"), SIZE)
    with pytest.raises(CalibrationError, match="No space left"):
        store.undo()
    assert store.current().name == "scale 2026-01-02 #1"


def test_a_calibration_of_another_camera_is_not_used(store, tmp_path):
    store.save(Scale(15.0, "a"), SIZE, "other camera", now=NOW)
    optics = store.current()
    assert optics.scale is None
    assert "other camera" in say(optics.notes[0])
    assert OpticsStore(tmp_path, "other camera").current().scale is not None


def test_a_running_device_sees_what_another_process_does(store, tmp_path):
    assert store.current().name == ""
    other = OpticsStore(tmp_path)
    other.save(Scale(15.0, "a"), SIZE, now=NOW)
    assert store.current().name == "scale 2026-01-02 #1"
    other.undo()
    assert store.current().name == ""


@pytest.mark.parametrize(
    ("days_later", "reminded"), [(-20000, 0), (-1, 0), (0, 0), (180, 0), (181, 1), (9000, 1)]
)
def test_an_old_calibration_is_told_whatever_the_clock(store, days_later, reminded):
    store.save(Scale(15.0, "a"), SIZE, now=NOW)
    sentences = store.current().reminders(NOW + timedelta(days=days_later), 180)
    assert len(sentences) == reminded
    assert all("dermapoint calibrate scale" in sentence for sentence in sentences)
    assert store.current().reminders(NOW + timedelta(days=9000), 0) == []


def test_colour_gains_that_are_none_are_none(store):
    assert Optics().colour_gains is None
    for metadata in ({}, {"ColourGains": None}, {"ColourGains": "x"}, {"ColourGains": (0, 1)}):
        store.save(gains(), SIZE, metadata=metadata)
        assert store.current().colour_gains is None
