"""The USB source against a stand-in for OpenCV's capture."""

import cv2
import numpy as np
import pytest

from device.camera import open_camera
from device.errors import CameraError
from device.settings import Settings

SETTINGS = Settings(camera="usb", usb_device=2)


class StandIn:
    there = True

    def __init__(self, device, backend):
        self.device, self.backend, self.values, self.picture = device, backend, {}, None
        self.released = False

    def isOpened(self):
        return self.there

    def set(self, name, value):
        self.values[name] = value
        return True

    def get(self, name):
        return {cv2.CAP_PROP_EXPOSURE: 157.0, cv2.CAP_PROP_GAIN: -1.0}.get(name, 0.0)

    def read(self):
        if not self.there:
            return False, None
        return True, np.full((960, 1280, 3), (50, 100, 200), np.uint8)

    def release(self):
        self.released = True


@pytest.fixture
def stand_in(monkeypatch):
    capture = type("Capture", (StandIn,), {})
    monkeypatch.setattr(cv2, "VideoCapture", capture)
    return capture


def test_frames_come_red_first_with_a_small_view(stand_in):
    camera = open_camera(SETTINGS)
    assert (camera._video.device, camera._video.backend) == (2, cv2.CAP_V4L2)
    capture = camera.capture(large=True)
    assert capture.pixels[0, 0].tolist() == [200, 100, 50]
    assert capture.view.shape == (480, 640, 3)
    assert capture.metadata == {"Exposure": 157.0}
    assert camera.capture().pixels is None
    camera.close()
    assert camera._video.released


def test_a_burst_holds_exposure_and_white_balance_and_then_lets_go(stand_in):
    camera = open_camera(SETTINGS)
    automatic = (cv2.CAP_PROP_AUTOFOCUS, cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_AUTO_WB)
    camera.prepare()
    assert [camera._video.values[name] for name in automatic] == [0, 1, 0]
    camera.release()
    assert [camera._video.values[name] for name in automatic] == [1, 3, 1]


def test_without_a_camera_the_error_names_the_device(stand_in):
    stand_in.there = False
    with pytest.raises(CameraError, match="/dev/video2; check its cable"):
        open_camera(SETTINGS)


def test_a_cable_that_is_pulled_is_an_error(stand_in):
    camera = open_camera(SETTINGS)
    stand_in.there = False
    with pytest.raises(CameraError, match="USB cable"):
        camera.capture()
