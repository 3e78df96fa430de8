"""The Picamera2 source against a stand-in that speaks Picamera2's interface."""

import sys
from types import ModuleType

import numpy as np
import pytest

from device.camera import open_camera
from device.errors import CameraError, PermanentCameraError
from device.settings import Settings

SETTINGS = Settings(camera="picamera")
METADATA = {"ExposureTime": 8000, "AnalogueGain": 1.5, "ColourGains": (2.0, 1.5), "SensorTemperature": 30}


class Request:
    released = 0

    def __init__(self, metadata):
        self.metadata = metadata

    def make_array(self, stream):
        if stream == "main":
            return np.full((1520, 2028, 3), (200, 100, 50), np.uint8)
        return np.vstack(
            [
                np.full((480, 640), 124, np.uint8),
                np.full((120, 640), 86, np.uint8),
                np.full((120, 640), 182, np.uint8),
            ]
        )

    def get_metadata(self):
        return self.metadata

    def release(self):
        type(self).released += 1


class StandIn:
    camera_properties = {"Model": "imx477"}  # noqa: RUF012 (as Picamera2 has it)
    camera_controls = dict.fromkeys(
        ("AeEnable", "AwbEnable", "ExposureTime", "AnalogueGain", "ColourGains"), (0, 1, 0)
    )
    fails_at = ""
    focus_states = ()

    def __init__(self):
        if self.fails_at == "open":
            raise IndexError("list index out of range")
        self.controls, self.states, self.requests = [], list(self.focus_states), 0

    def create_video_configuration(self, **streams):
        return streams

    def configure(self, configuration):
        self.configuration = configuration

    def start(self):
        self.started = True

    def set_controls(self, controls):
        self.controls.append(controls)

    def capture_request(self):
        if self.fails_at == "capture":
            raise RuntimeError("Camera frontend has timed out!")
        self.requests += 1
        state = {"AfState": self.states.pop(0)} if self.states else {}
        return Request(METADATA | state)

    def close(self):
        self.started = False


@pytest.fixture
def stand_in(monkeypatch):
    module = ModuleType("picamera2")
    Request.released = 0
    module.Picamera2 = type("Picamera2", (StandIn,), {})
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return module.Picamera2


def test_both_streams_run_from_the_start(stand_in):
    camera = open_camera(SETTINGS)
    streams = camera._camera.configuration
    assert streams["main"] == {"size": (2028, 1520), "format": "BGR888"}
    assert streams["lores"] == {"size": (640, 480), "format": "YUV420"}
    assert camera._camera.started
    camera.close()
    assert not camera._camera.started


def test_frames_come_red_first_with_what_the_camera_says(stand_in):
    camera = open_camera(SETTINGS)
    capture = camera.capture(large=True)
    assert camera.name == "imx477"
    assert capture.pixels[0, 0].tolist() == [200, 100, 50]
    assert capture.view.shape == (480, 640, 3)
    # The same colour, by way of full-range YUV (ITU-R BT.601).
    assert np.abs(capture.view[100, 100].astype(int) - [200, 100, 50]).max() <= 2
    assert capture.metadata == {"ExposureTime": 8000, "AnalogueGain": 1.5, "ColourGains": (2.0, 1.5)}
    assert camera.capture().pixels is None
    assert Request.released == 2


def test_a_burst_holds_exposure_gain_and_white_balance_and_then_lets_go(stand_in):
    camera = open_camera(SETTINGS)
    camera.capture()
    camera.prepare()
    camera.release()
    held, let_go = camera._camera.controls
    assert held == {
        "AeEnable": False,
        "AwbEnable": False,
        "ExposureTime": 8000,
        "AnalogueGain": 1.5,
        "ColourGains": (2.0, 1.5),
    }
    assert let_go == {"AeEnable": True, "AwbEnable": True}


@pytest.mark.parametrize("end", [2, 3], ids=["focused", "failed"])
def test_a_module_with_a_lens_that_moves_focuses_before_a_burst(stand_in, end):
    stand_in.camera_controls = StandIn.camera_controls | {"AfMode": ()}
    stand_in.focus_states = (0, end, 1, 1, end)
    camera = open_camera(SETTINGS)
    camera.capture()
    camera.prepare()
    trigger, held = camera._camera.controls
    assert trigger == {"AfMode": 1, "AfTrigger": 0}
    assert held["AeEnable"] is False
    # The state of the frame under way when the trigger came doesn't count.
    assert camera._camera.requests == 5


def test_a_lens_that_never_settles_holds_up_nobody_for_long(stand_in, monkeypatch):
    monkeypatch.setattr("device.camera.picamera.FOCUS_SECONDS", 0.05)
    stand_in.camera_controls = StandIn.camera_controls | {"AfMode": ()}
    camera = open_camera(SETTINGS)
    camera.prepare()
    assert camera._camera.controls[-1]["AeEnable"] is False


def test_what_a_sensor_lacks_is_not_asked_of_it(stand_in):
    stand_in.camera_controls = {"AeEnable": ()}
    camera = open_camera(SETTINGS)
    camera.capture()
    camera.prepare()
    camera.release()
    assert camera._camera.controls == [{"AeEnable": False}, {"AeEnable": True}]


@pytest.mark.parametrize("moment", ["open", "capture"])
def test_a_camera_that_does_not_answer_is_an_error(stand_in, moment):
    stand_in.fails_at = moment
    with pytest.raises(CameraError, match=r"ribbon cable|stopped"):
        open_camera(SETTINGS).capture()


def test_without_picamera2_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(PermanentCameraError, match="apt install python3-picamera2"):
        open_camera(SETTINGS)
