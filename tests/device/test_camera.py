import threading
import time

import numpy as np
import pytest

from device.camera import feed as feed_module
from device.camera.feed import CameraFeed
from device.camera.replay import ReplayCamera
from device.camera.ring import FrameRing
from device.errors import CameraError
from device.examination import Frame
from device.images import encode_jpeg
from tests.conftest import FRAMES


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_replay_shows_every_picture_in_turn_and_starts_again():
    clock = Clock()
    camera = ReplayCamera(FRAMES, dwell=2, clock=clock)
    names = []
    for _ in range(30):
        names.append(camera.capture()[1]["source"])
        clock.now += 2
    assert len(set(names)) == 29
    assert names[29] == names[0]


def test_replay_moves_like_a_hand():
    camera = ReplayCamera(FRAMES, clock=Clock())
    first = camera.capture()[0]
    moved = [np.abs(camera.capture()[0].astype(int) - first).mean() for _ in range(10)]
    assert max(moved) > 0.5
    assert first.shape == (444, 594, 3)


def test_replay_takes_the_tiniest_picture(tmp_path):
    (tmp_path / "tiny.jpg").write_bytes(encode_jpeg(np.zeros((2, 2, 3), np.uint8), 90))
    assert ReplayCamera(tmp_path).capture()[0].shape == (2, 2, 3)


@pytest.mark.parametrize("kind", ["missing", "empty", "damaged"])
def test_replay_without_pictures_says_so(tmp_path, kind):
    folder = tmp_path / "frames"
    if kind != "missing":
        folder.mkdir()
    if kind == "damaged":
        (folder / "a.jpg").write_bytes(b"rubbish")
    with pytest.raises(CameraError, match=r"is not a folder|holds no|is not a JPEG"):
        ReplayCamera(folder)


def numbered(sequence, frame):
    return Frame(frame.pixels, frame.captured_at, sequence)


def test_readers_take_the_newest_frame(frame):
    ring = FrameRing()
    for sequence in range(5):
        ring.publish(numbered(sequence, frame))
    assert ring.newest().sequence == 4
    assert ring.newer_than(4, timeout=0.01) is None
    assert ring.newer_than(2, timeout=0.01).sequence == 4


def test_a_reader_that_waits_is_woken(frame):
    ring = FrameRing()
    threading.Timer(0.05, ring.publish, [frame]).start()
    assert ring.newer_than(-1, timeout=5) is frame


def test_a_camera_that_failed_leaves_no_old_frame(frame):
    ring = FrameRing()
    ring.publish(frame)
    ring.fail("the cable is out")
    with pytest.raises(CameraError, match="the cable is out"):
        ring.newest()
    ring.publish(numbered(1, frame))
    assert ring.newest().sequence == 1
    assert ring.fault == ""


def test_a_silent_camera_is_an_error():
    with pytest.raises(CameraError, match="gave no frame"):
        FrameRing().newest(timeout=0.01)


class FaultyCamera:
    """Gives two frames, then fails."""

    name = "faulty"
    opened = closed = 0

    def __init__(self):
        type(self).opened += 1
        self.left = 2

    def capture(self):
        self.left -= 1
        if self.left < 0:
            raise CameraError("vanished")
        return np.zeros((8, 8, 3), np.uint8), {}

    def close(self):
        type(self).closed += 1


def test_a_camera_that_fails_is_closed_and_opened_again(monkeypatch):
    monkeypatch.setattr(feed_module, "FIRST_WAIT", 0.01)
    ring = FrameRing()
    feed = CameraFeed(FaultyCamera(), FaultyCamera, ring, rate=500)
    feed.start()
    deadline = time.monotonic() + 10
    sequence = -1
    while sequence < 5 and time.monotonic() < deadline:
        frame = ring.newer_than(sequence, timeout=0.5)
        sequence = frame.sequence if frame else sequence
    feed.stop()
    assert sequence >= 5
    assert FaultyCamera.opened >= 3
    assert FaultyCamera.closed >= 2


def test_stopping_does_not_wait_for_a_camera_that_waits_to_be_tried_again():
    ring = FrameRing()
    camera = FaultyCamera()
    camera.left = 0
    feed = CameraFeed(camera, FaultyCamera, ring, rate=500)
    feed.start()
    while not ring.fault:
        time.sleep(0.005)
    start = time.monotonic()
    feed.stop()
    assert time.monotonic() - start < feed_module.FIRST_WAIT
