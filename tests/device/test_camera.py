import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

from device.camera import replay as replay_module
from device.camera import runner as runner_module
from device.camera.base import UNSETTLED, Capture, Time, Wishes
from device.camera.faults import read_faults
from device.camera.picamera import Mounting, PiCamera
from device.camera.replay import ReplayCamera
from device.camera.ring import FrameRing
from device.camera.runner import CameraRunner
from device.camera.simulated import MODULES, Scene, library_of, virtual_time
from device.camera.simulated.automatics import AIM_US
from device.classifier.preprocess import resize_field
from device.errors import CameraError, PermanentCameraError
from device.examination import Frame
from device.images import encode_jpeg
from device.message import Message
from device.panel.ring_light import RingLight
from device.quality import measure
from tests.conftest import FRAMES


@pytest.fixture
def clock():
    """A clock that only moves when someone waits or the test says so."""

    class Clock(Time):
        def __init__(self):
            self.reading = replay_module._PROGRAM_START
            super().__init__(lambda: self.reading, self.pass_by)

        def pass_by(self, seconds):
            object.__setattr__(self, "reading", self.reading + seconds)

        def __setattr__(self, name, value):
            object.__setattr__(self, name, value)

    return Clock()


def test_replay_shows_every_picture_in_turn_and_starts_again(clock):
    camera = ReplayCamera(FRAMES, dwell=2, clock=clock)
    names = []
    for _ in range(30):
        names.append(camera.capture().metadata["source"])
        clock.pass_by(2)
    assert len(set(names)) == 29
    assert names[29] == names[0]


def test_replay_keeps_a_cameras_pace(clock):
    camera = ReplayCamera(FRAMES, clock=clock)
    start = clock.now()
    for _ in range(61):
        camera.capture()
    assert clock.now() - start == pytest.approx(61 / 30)


def test_replay_moves_like_a_hand(clock):
    camera = ReplayCamera(FRAMES, clock=clock)
    first = camera.capture().view
    moved = [np.abs(camera.capture().view.astype(int) - first).mean() for _ in range(30)]
    assert max(moved) > 0.5
    assert first.shape == (444, 594, 3)


def test_a_view_is_small_and_the_large_frame_there_when_asked_for(tmp_path, clock):
    (tmp_path / "wide.jpg").write_bytes(encode_jpeg(np.zeros((906, 1206, 3), np.uint8), 90))
    camera = ReplayCamera(tmp_path, clock=clock)
    assert camera.capture().pixels is None
    capture = camera.capture(large=True)
    assert capture.view.shape == (480, 640, 3)
    assert capture.pixels.shape == (900, 1200, 3)


def test_replay_takes_the_tiniest_picture(tmp_path, clock):
    (tmp_path / "tiny.jpg").write_bytes(encode_jpeg(np.zeros((2, 2, 3), np.uint8), 90))
    assert ReplayCamera(tmp_path, clock=clock).capture().view.shape == (2, 2, 3)


def test_a_script_of_faults_is_played(tmp_path, clock):
    script = tmp_path / "faults"
    script.write_text("# a bad day\n1 1 dark\n\n2 1 garbage\n3 1 vanish\n4 2 slow\n10 5 freeze\n")
    camera = ReplayCamera(FRAMES, faults=read_faults(script), clock=clock)
    clean = camera.capture().view.std()
    clock.pass_by(1)
    assert camera.capture().view.max() == 0
    clock.pass_by(1)
    assert camera.capture().view.std() > 1.3 * clean
    clock.pass_by(1)
    with pytest.raises(CameraError, match="cable"):
        camera.capture()
    with pytest.raises(CameraError, match="cable"):
        ReplayCamera(FRAMES, faults=read_faults(script), clock=clock)
    clock.pass_by(1)
    start = clock.now()
    camera.capture()
    assert clock.now() - start >= 0.5
    clock.pass_by(6)
    camera.capture()
    assert clock.now() - replay_module._PROGRAM_START >= 15
    assert camera.capture().view.std() > 1


@pytest.mark.parametrize("line", ["1 2", "1 x dark", "1 2 rain", "1 2 dark 3"])
def test_a_script_that_makes_no_sense_names_its_line(tmp_path, line):
    script = tmp_path / "faults"
    script.write_text(f"0 1 dark\n{line}\n")
    with pytest.raises(PermanentCameraError, match="line 2: must be"):
        read_faults(script)
    with pytest.raises(PermanentCameraError, match="can't be read"):
        read_faults(tmp_path / "none")


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
    ring.fail(Message("camera_gone"))
    with pytest.raises(CameraError, match="the camera is gone"):
        ring.newest()
    ring.publish(numbered(1, frame))
    assert ring.newest().sequence == 1
    assert ring.fault is None


def test_a_silent_camera_is_an_error():
    with pytest.raises(CameraError, match="gave no frame"):
        FrameRing().newest(timeout=0.01)


class PlainCamera:
    """Gives frames at once, and what `script` says instead: an error to raise, or an event to wait for."""

    name = "plain"

    def __init__(self, *script):
        self.script, self.calls, self.closed = list(script), [], threading.Event()

    def capture(self, large=False):
        self.calls.append("large" if large else "view")
        self._play()
        view = np.zeros((8, 8, 3), np.uint8)
        return Capture(view, np.ones((16, 16, 3), np.uint8) if large else None, {"call": len(self.calls)})

    def adapt(self, wishes):
        self.wishes = wishes

    def prepare(self, light_age=0.0, show=None):
        self.calls.append("prepare")
        self.light_age = light_age

    def release(self):
        self.calls.append("release")

    def close(self):
        self.closed.set()

    def _play(self):
        step = self.script.pop(0) if self.script else None
        if isinstance(step, threading.Event):
            step.wait(10)
        elif step:
            raise step


@pytest.fixture
def run(monkeypatch):
    """Starts a runner over the cameras in turn; with its ring and what it said of hangs."""
    monkeypatch.setattr(runner_module, "FIRST_WAIT", 0.01)
    started = []

    def run(*cameras, **options):
        waiting = list(cameras)

        def open_camera():
            camera = waiting.pop(0)
            if isinstance(camera, Exception):
                raise camera
            return camera

        ring = FrameRing()
        runner = CameraRunner(open_camera, ring, **{"wishes": lambda name: Wishes(500), **options})
        started.append(runner)
        runner.start()
        return runner, ring

    yield run
    for runner in started:
        runner.stop()


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def test_a_camera_that_fails_is_closed_and_another_opened(run):
    first, second = PlainCamera(None, None, CameraError("vanished")), PlainCamera()
    _, ring = run(first, CameraError("not yet"), second)
    until(lambda: len(second.calls) > 2)
    assert first.closed.is_set()
    assert ring.newer_than(4, timeout=5).sequence > 4
    assert ring.fault is None


@pytest.mark.parametrize("moment", ["view", "large"])
def test_a_driver_that_raises_what_nobody_expected_is_opened_again(run, moment):
    first, second = PlainCamera(), PlainCamera()
    if moment == "view":
        first.script = [ZeroDivisionError("what?")]
    first.prepare = lambda *ignored: first.script.append(ZeroDivisionError("what?"))
    runner, _ = run(first, second)
    if moment == "large":
        with pytest.raises(CameraError, match="not known"):
            next(runner.burst(1))
    until(lambda: second.calls)
    assert first.closed.is_set()


def test_waits_grow_from_2_to_20_seconds(monkeypatch):
    waits = []

    def broken():
        return PlainCamera(CameraError("x"))

    fresh = CameraRunner(broken, FrameRing(), lambda name: Wishes(500))
    real = fresh._stopping.wait

    def note(seconds):
        if seconds >= 2:
            waits.append(seconds)
            if len(waits) == 6:
                fresh._stopping.set()
            return False
        return real(seconds)

    monkeypatch.setattr(fresh._stopping, "wait", note)
    fresh._run()
    assert waits == [2, 4, 8, 16, 20, 20]


def test_a_fault_that_time_does_not_mend_is_not_tried_again(run):
    never = PlainCamera()
    runner, ring = run(PlainCamera(PermanentCameraError("no such folder")), never)
    until(lambda: not runner._threads[0].is_alive())
    assert ring.fault == Message("no such folder")
    assert never.calls == []
    with pytest.raises(CameraError, match="no such folder"):
        next(runner.burst(1))


def test_a_burst_is_prepared_large_and_released_and_the_view_goes_on(run):
    camera = PlainCamera()
    runner, ring = run(camera)
    frames = list(runner.burst(8))
    assert [frame.pixels.shape for frame in frames] == [(16, 16, 3)] * 8
    assert np.diff([frame.sequence for frame in frames]).tolist() == [1] * 7
    at = camera.calls.index("prepare")
    assert camera.calls[at : at + 9] == ["prepare", *["large"] * 8]
    until(lambda: "release" in camera.calls)
    assert ring.newer_than(frames[-1].sequence, timeout=5).pixels.shape == (8, 8, 3)


def test_a_burst_that_breaks_off_says_why_and_the_next_one_works(run):
    first, second = PlainCamera(), PlainCamera()
    first.prepare = lambda *ignored: first.script.extend([None, CameraError("vanished")])
    runner, ring = run(first, second)
    frames = runner.burst(8)
    next(frames)
    with pytest.raises(CameraError, match="vanished"):
        next(frames)
    until(lambda: second.calls and not ring.fault)
    assert len(list(runner.burst(2))) == 2


def test_a_driver_that_hangs_is_told_once_and_never_waited_for(run, monkeypatch):
    monkeypatch.setattr(runner_module, "CAPTURE_LIMIT", 0.05)
    monkeypatch.setattr(runner_module, "PREPARE_LIMIT", 0.05)
    hangs, go_on = [], threading.Event()
    camera = PlainCamera(None, go_on)
    runner, ring = run(camera, on_hang=hangs.append)
    until(lambda: hangs)
    assert ring.fault == Message("camera_hangs")
    with pytest.raises(CameraError, match="hangs"):
        next(runner.burst(1))
    runner.stop()
    assert not camera.closed.is_set()
    go_on.set()
    assert len(hangs) == 1


def test_stopping_does_not_wait_for_a_camera_that_waits_to_be_tried_again(run, monkeypatch):
    monkeypatch.setattr(runner_module, "FIRST_WAIT", 60.0)
    runner, ring = run(PlainCamera(CameraError("vanished")))
    until(lambda: ring.fault)
    runner.stop()
    until(lambda: not any(thread.is_alive() for thread in runner._threads))


def test_a_camera_that_hangs_when_it_is_opened_is_told(run, monkeypatch):
    monkeypatch.setattr(runner_module, "OPEN_LIMIT", 0.05)
    hangs, go_on = [], threading.Event()
    ring = FrameRing()
    runner = CameraRunner(lambda: go_on.wait(10), ring, lambda name: Wishes(), on_hang=hangs.append)
    runner.start()
    until(lambda: hangs)
    assert ring.fault == Message("camera_hangs")
    runner.stop()
    go_on.set()


def test_the_name_of_the_camera_is_known_once_it_is_open(run):
    ring = run(PlainCamera())[1]
    until(lambda: ring.camera == "plain")


def test_wishes_are_asked_for_each_view_and_a_slow_camera_still_takes_a_press_at_once(run):
    rate = [2.0]
    camera = PlainCamera()
    runner, _ = run(camera, wishes=lambda name: Wishes(rate[0]))
    until(lambda: camera.calls)
    start = time.monotonic()
    next(runner.burst(1))
    assert time.monotonic() - start < 0.25
    rate[0] = 500.0
    until(lambda: camera.wishes == Wishes(500.0))


def test_a_burst_is_lit_and_told_for_how_long_it_has_been(run):
    class Light:
        lit, age = False, 7.0

        @contextmanager
        def on_for_burst(self):
            self.lit = True
            yield
            self.lit = False

    light, camera = Light(), PlainCamera()
    runner, _ = run(camera, light=light)
    assert {light.lit for _ in runner.burst(3)} == {True}
    assert not light.lit
    assert camera.light_age == 7.0
    list(runner.burst(1, anew=True))
    assert camera.light_age == 0.0


@pytest.mark.parametrize("model", MODULES)
def test_a_press_through_runner_and_model_gives_eight_good_frames_from_dark(model):
    """The real runner and the real PiCamera, before a ring light that was off."""

    class Pin:
        value = 0.0

    clock, wishes = virtual_time(), Wishes(30)
    light = RingLight(Pin(), 1.0, 0.0, clock=clock.now)
    library = library_of(MODULES[model], Scene(FRAMES, lambda: light.brightness), clock)
    camera = PiCamera(Mounting(), lambda name: wishes, library, clock)
    for _ in range(90):
        camera.capture()
    ring = FrameRing()
    runner = CameraRunner(lambda: camera, ring, lambda name: wishes, light)
    runner.start()
    frames = list(runner.burst(8))
    runner.stop()
    exposures = [frame.metadata["ExposureTime"] * frame.metadata["AnalogueGain"] for frame in frames]
    assert max(exposures) <= 1.02 * min(exposures)
    assert 0.8 <= min(exposures) / AIM_US <= max(exposures) / AIM_US <= 1.25
    assert {frame.metadata.get("AfState") for frame in frames} <= {None, 2}
    assert UNSETTLED not in frames[-1].metadata
    assert all(measure(resize_field(frame.pixels)).fit for frame in frames)
    assert light.brightness == 0.0
