"""The USB source against a stand-in for OpenCV's capture, whose exposure takes its time."""

import cv2
import numpy as np
import pytest

from device.camera import open_camera, usb
from device.camera.base import UNSETTLED, Time
from device.camera.usb import UsbCamera
from device.errors import CameraError
from device.settings import Settings

SETTINGS = Settings(camera="usb", usb_device="2")
AIM = 100.0


class Webcam:
    """What OpenCV shows of a webcam: exposure moves a third of the way in a frame, controls act later."""

    there = True
    light = 1.0
    refused = ()
    """Controls that it doesn't have."""
    forgets = False
    """By hand it has another exposure than what it had found by itself, and can't be told one."""

    def __init__(self, device, backend):
        self.device, self.backend, self.released = device, backend, False
        self.values = {cv2.CAP_PROP_AUTO_EXPOSURE: 3, cv2.CAP_PROP_AUTO_WB: 1, cv2.CAP_PROP_AUTOFOCUS: 1}
        self.exposure, self.coming = 157.0, []

    def isOpened(self):
        return self.there

    def set(self, name, value):
        if name in self.refused:
            return False
        self.coming.append([3, name, value])
        if name != cv2.CAP_PROP_EXPOSURE:
            self.values[name] = value
        return True

    def get(self, name):
        known = {cv2.CAP_PROP_EXPOSURE: self.exposure, cv2.CAP_PROP_GAIN: -1.0}
        return known.get(name, self.values.get(name, 0.0))

    def read(self):
        if not self.there:
            return False, None
        for change in list(self.coming):
            change[0] -= 1
            if change[0] <= 0:
                self.coming.remove(change)
                self._act(*change[1:])
        brightness = self.exposure * self.light
        if self.values[cv2.CAP_PROP_AUTO_EXPOSURE] == 3:
            self.exposure *= (AIM / brightness) ** 0.33
        return True, np.full((960, 1280, 3), min(brightness, 255), np.uint8) // np.array([4, 2, 1], np.uint8)

    def _act(self, name, value):
        if name == cv2.CAP_PROP_AUTO_EXPOSURE and value == 1 and self.forgets:
            self.exposure = 300.0
        elif name == cv2.CAP_PROP_EXPOSURE and not self.forgets:
            self.exposure = value

    def release(self):
        self.released = True


@pytest.fixture
def webcam(monkeypatch, tmp_path):
    capture = type("Capture", (Webcam,), {})
    monkeypatch.setattr(cv2, "VideoCapture", capture)
    monkeypatch.setattr(usb, "DEVICES", tmp_path)
    monkeypatch.setattr(usb, "_stable_names", {})
    return capture


def burst(camera, count=8):
    camera.prepare()
    return [camera.capture(large=True) for _ in range(count)]


def test_frames_come_red_first_with_a_small_view(webcam, tmp_path):
    camera = open_camera(SETTINGS)
    assert (camera._video.device, camera._video.backend) == (str(tmp_path / "video2"), cv2.CAP_V4L2)
    capture = camera.capture(large=True)
    assert capture.pixels[0, 0, 0] > 2 * capture.pixels[0, 0, 2]
    assert capture.view.shape == (480, 640, 3)
    assert capture.metadata.keys() == {"Exposure", "WhiteBalance"} - {"WhiteBalance"}
    assert camera.capture().pixels is None
    camera.close()
    assert camera._video.released


def test_a_burst_waits_for_exposure_then_holds_it_and_lets_go(webcam):
    camera = open_camera(SETTINGS)
    camera._video.light = 0.01
    for _ in range(40):
        camera.capture()
    camera._video.light = 1.0
    frames = burst(camera)
    levels = [float(frame.pixels[..., 0].mean()) for frame in frames]
    assert max(levels) <= 1.05 * min(levels)
    assert np.mean(levels) == pytest.approx(AIM, rel=0.1)
    assert UNSETTLED not in frames[-1].metadata
    camera._video.light = 0.7
    held = {frame.metadata["Exposure"] for frame in [camera.capture() for _ in range(5)]}
    assert len(held) == 1
    camera.release()
    automatic = (cv2.CAP_PROP_AUTOFOCUS, cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_AUTO_WB)
    assert [camera._video.values[name] for name in automatic] == [1, 3, 1]


def test_a_camera_that_cannot_hold_says_so_in_its_frames(webcam):
    webcam.refused = (cv2.CAP_PROP_AUTO_EXPOSURE,)
    assert burst(open_camera(SETTINGS))[-1].metadata[UNSETTLED] == ["hold"]


def test_an_exposure_that_jumps_when_held_is_left_to_the_camera(webcam):
    webcam.forgets = True
    camera = open_camera(SETTINGS)
    frames = burst(camera)
    assert frames[-1].metadata[UNSETTLED] == ["hold"]
    assert float(frames[-1].pixels[..., 0].mean()) == pytest.approx(AIM, rel=0.1)


def test_a_light_that_never_stands_still_is_told(webcam):
    seconds = iter(range(100000))
    camera = UsbCamera("0", Time(lambda: next(seconds) / 30, lambda seconds: None))
    real = camera._video.read

    def flicker():
        camera._video.light = 3.0 - camera._video.light if camera._video.light > 1 else 2.5
        return real()

    camera._video.read = flicker
    camera.prepare()
    assert "exposure" in camera.capture(large=True).metadata[UNSETTLED]


def plug(folder, number, name="usb-Maker_Scope_0042-video-index0"):
    node = folder / f"video{number}"
    node.touch()
    (folder / "v4l/by-id").mkdir(parents=True, exist_ok=True)
    (folder / "v4l/by-id" / name).symlink_to(node)


def unplug(folder, number):
    (folder / f"video{number}").unlink()
    for link in (folder / "v4l/by-id").iterdir():
        if not link.exists():
            link.unlink()


def test_a_camera_that_comes_back_under_another_number_is_found_again(webcam, tmp_path):
    plug(tmp_path, 2)
    first = open_camera(SETTINGS)
    assert first._video.device == str(tmp_path / "video2")
    unplug(tmp_path, 2)
    plug(tmp_path, 2, "usb-Other_Thing_1-video-index0")
    plug(tmp_path, 5)
    again = open_camera(SETTINGS)
    assert again._video.device == str(tmp_path / "video5")
    assert again.name == first.name


def test_a_camera_may_be_named_by_what_stays_the_same(webcam, tmp_path):
    name = "usb-Maker_Scope_0042-video-index0"
    camera = open_camera(Settings(camera="usb", usb_device=name))
    assert camera._video.device == str(tmp_path / "v4l/by-id" / name)


def test_without_a_camera_the_error_names_the_device(webcam):
    webcam.there = False
    with pytest.raises(CameraError, match="/video2; check its cable"):
        open_camera(SETTINGS)


def test_a_cable_that_is_pulled_is_an_error(webcam):
    camera = open_camera(SETTINGS)
    webcam.there = False
    with pytest.raises(CameraError, match="USB cable"):
        camera.capture()
