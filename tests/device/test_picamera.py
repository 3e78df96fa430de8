"""The Picamera2 source against a stand-in that speaks Picamera2's interface."""

import sys
from types import ModuleType

import numpy as np
import pytest

from device.camera import open_camera
from device.errors import CameraError
from device.settings import Settings

SETTINGS = Settings(camera="picamera")


class Request:
    released = 0

    def make_array(self, stream):
        return np.full((1520, 2028, 3), (200, 100, 50), np.uint8)

    def get_metadata(self):
        return {"ExposureTime": 8000, "AnalogueGain": 1.5, "SensorTemperature": 30}

    def release(self):
        type(self).released += 1


class StandIn:
    camera_properties = {"Model": "imx477"}  # noqa: RUF012 (as Picamera2 has it)
    fails_at = ""

    def __init__(self):
        if self.fails_at == "open":
            raise IndexError("list index out of range")

    def create_video_configuration(self, main):
        return main

    def configure(self, configuration):
        self.configuration = configuration

    def start(self):
        self.started = True

    def capture_request(self):
        if self.fails_at == "capture":
            raise RuntimeError("Camera frontend has timed out!")
        return Request()

    def close(self):
        self.started = False


@pytest.fixture
def stand_in(monkeypatch):
    module = ModuleType("picamera2")
    module.Picamera2 = type("Picamera2", (StandIn,), {})
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return module.Picamera2


def test_frames_come_red_first_with_what_the_camera_says(stand_in):
    camera = open_camera(SETTINGS)
    pixels, metadata = camera.capture()
    assert camera.name == "imx477"
    assert camera._camera.configuration == {"size": (2028, 1520), "format": "BGR888"}
    assert pixels[0, 0].tolist() == [200, 100, 50]
    assert metadata == {"ExposureTime": 8000, "AnalogueGain": 1.5}
    assert Request.released == 1
    camera.close()
    assert not camera._camera.started


@pytest.mark.parametrize("moment", ["open", "capture"])
def test_a_camera_that_does_not_answer_is_an_error(stand_in, moment):
    stand_in.fails_at = moment
    with pytest.raises(CameraError, match=r"ribbon cable|stopped"):
        open_camera(SETTINGS).capture()


def test_without_picamera2_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        open_camera(SETTINGS)
