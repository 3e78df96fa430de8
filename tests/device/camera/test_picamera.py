"""The Picamera2 source on simulated modules."""

import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from device.camera import open_camera
from device.camera.base import Wishes
from device.camera.colour_space import colour_space_of, rgb_from_yuv
from device.camera.picamera import Mounting, PiCamera
from device.camera.sensors import readout_of
from device.camera.simulated import MODULES, Scene, library_of, virtual_time
from device.camera.simulated.pipeline import to_yuv
from device.errors import CameraError, PermanentCameraError
from device.settings import SIMULATED_SENSORS, Settings
from tests.conftest import FRAMES

SIZES = {"imx219": (1640, 1232), "imx296": (1456, 1088), "imx477": (2028, 1520), "imx708": (1728, 1296)}


def open_model(module=MODULES["imx477"], wishes=None, mounting=None, **scene):
    clock = virtual_time()
    library = library_of(module, Scene(FRAMES, **{"still": True, **scene}), clock)
    wishes = wishes or Wishes(30)
    return PiCamera(mounting or Mounting(), lambda name: wishes, library, clock)


def settle(camera, frames=100):
    for _ in range(frames):
        camera.capture()
    return camera


@pytest.mark.parametrize("model", MODULES)
def test_pictures_are_as_large_as_the_sensor_sees_and_not_larger(model):
    camera = settle(open_model(MODULES[model]))
    configured = camera._camera.camera_configuration()
    height, width = camera.capture(large=True).pixels.shape[:2]
    assert (width, height) == SIZES[model]
    assert width / height == pytest.approx(4 / 3, rel=0.01)
    mode = configured["sensor"]["output_size"]
    assert width <= mode[0]
    assert height <= mode[1]
    assert configured["raw"] is None
    assert configured["buffer_count"] == 4


def test_a_sensor_that_is_not_in_the_table_gives_its_widest_field_that_fits():
    unknown = replace(
        MODULES["imx708"],
        model="imx519",
        modes=(
            ((1280, 720), (1048, 1042, 2560, 1440)),
            ((1920, 1080), (408, 674, 3840, 2160)),
            ((2328, 1748), (0, 0, 4656, 3496)),
            ((4656, 3496), (0, 0, 4656, 3496)),
        ),
    )
    assert readout_of("imx519", unknown.sensor_modes).mode == (2328, 1748)
    small = replace(
        unknown, modes=(*unknown.modes[:1], ((1164, 874), (0, 0, 4656, 3496)), *unknown.modes[3:])
    )
    assert readout_of("imx519", small.sensor_modes).field == (1164, 874)
    assert open_model(small).capture(large=True).pixels.shape == (874, 1164, 3)
    with pytest.raises(PermanentCameraError, match="tells no modes"):
        open_model(replace(unknown, modes=()))


@pytest.mark.parametrize("colour_space", ["sYCC", "SMPTE170M", "Rec709"])
def test_the_view_has_the_colours_of_the_picture_whatever_colour_space_it_comes_in(colour_space, monkeypatch):
    clock = virtual_time()
    library = library_of(MODULES["imx477"], Scene(FRAMES, still=True), clock)
    asked = library.ColorSpace.Sycc()
    library.ColorSpace.Sycc = lambda: colour_space
    camera = settle(PiCamera(library=library, clock=clock))
    assert asked == "sYCC"
    capture = camera.capture(large=True)
    small = cv2.resize(capture.pixels, (640, 480), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(capture.view.astype(int).mean(axis=(0, 1)) - small.mean(axis=(0, 1))).max() < 1


def test_black_white_and_skin_survive_each_colour_space():
    colours = np.array([[0, 0, 0], [255, 255, 255], [224, 180, 160], [90, 40, 30]], np.uint8)
    picture = np.repeat(np.repeat(colours[np.newaxis], 16, axis=0), 16, axis=1)
    for name in ("sYCC", "SMPTE170M", "Rec709"):
        again = rgb_from_yuv(to_yuv(picture, name), colour_space_of(name))
        assert np.abs(again[8, 8::16].astype(int) - colours).max() <= 3, name


def test_a_colour_space_that_is_not_known_is_an_error():
    clock = virtual_time()
    library = library_of(MODULES["imx477"], Scene(FRAMES), clock)
    library.ColorSpace.Sycc = lambda: "Rec2020"
    with pytest.raises(PermanentCameraError, match="Rec2020"):
        PiCamera(library=library, clock=clock)


def test_frames_come_as_often_as_they_are_wanted_and_no_oftener():
    camera = settle(open_model(wishes=Wishes(10)), 20)
    clock, start, frames = camera._camera._clock, camera._camera._clock.now(), camera._camera.frames
    settle(camera, 20)
    assert clock.now() - start == pytest.approx(2, abs=0.05)
    assert camera._camera.frames - frames == 20
    camera.adapt(Wishes(5))
    settle(camera, 20)
    start = clock.now()
    settle(camera, 10)
    assert clock.now() - start == pytest.approx(2, abs=0.05)


def test_at_rest_views_are_coarse_and_for_a_press_they_are_whole():
    wishes = Wishes(30)
    camera = settle(open_model(wishes=wishes), 20)
    whole = camera.capture().view
    camera.adapt(replace(wishes, coarse=True))
    coarse = camera.capture().view
    assert coarse.shape == (120, 160, 3)
    assert np.abs(coarse.astype(int) - whole[::4, ::4]).mean() < 2
    seen = []
    camera.prepare(show=seen.append)
    assert {capture.view.shape for capture in [*seen, camera.capture(large=True)]} == {(480, 640, 3)}
    camera.release()
    assert camera.capture().view.shape == (120, 160, 3)


def test_a_white_cards_gains_hold_from_the_first_frame_on_and_through_a_press():
    camera = open_model(wishes=Wishes(30, colour_gains=(2.5, 1.2)))
    seen = [camera.capture().metadata["ColourGains"] for _ in range(60)]
    camera.prepare()
    seen.append(camera.capture(large=True).metadata["ColourGains"])
    camera.release()
    seen += [camera.capture().metadata["ColourGains"] for _ in range(60)]
    assert set(seen) == {(2.5, 1.2)}


def test_without_a_card_white_balance_finds_the_lamp_and_a_card_takes_over_while_it_runs():
    camera = settle(open_model())
    assert camera.capture().metadata["ColourGains"] == pytest.approx(MODULES["imx477"].colour_gains, rel=0.03)
    camera.adapt(Wishes(30, colour_gains=(2.5, 1.2)))
    assert settle(camera, 12).capture().metadata["ColourGains"] == (2.5, 1.2)


def test_a_lens_looks_near_and_by_itself_from_the_start():
    camera = open_model(MODULES["imx708"])
    camera._camera.scene.light = lambda: 1.0
    assert settle(camera).capture().metadata["LensPosition"] == 5.6
    camera._camera.scene.subject = 7.0
    assert settle(camera).capture().metadata["LensPosition"] == 7.0


def test_a_lens_that_was_calibrated_stays_where_it_is():
    camera = open_model(MODULES["imx708"], wishes=Wishes(30, lens_position=5.4))
    seen = {camera.capture().metadata["LensPosition"] for _ in range(40)}
    camera.prepare()
    seen |= {camera.capture(large=True).metadata["LensPosition"] for _ in range(8)}
    camera.release()
    assert seen | {settle(camera).capture().metadata["LensPosition"]} == {5.4}
    camera.adapt(Wishes(30))
    assert settle(camera).capture().metadata["LensPosition"] == 5.6


@pytest.mark.parametrize(
    ("rotation", "mirrored", "turn"),
    [(180, False, lambda x: x[::-1, ::-1]), (0, True, lambda x: x[:, ::-1]), (180, True, lambda x: x[::-1])],
)
def test_a_camera_may_be_mounted_upside_down_or_look_over_a_mirror(rotation, mirrored, turn):
    plain = settle(open_model()).capture(large=True)
    turned = settle(open_model(mounting=Mounting(0, rotation, mirrored))).capture(large=True)
    assert np.array_equal(turned.pixels, turn(plain.pixels))
    assert np.abs(turned.view.astype(int) - turn(plain.view)).mean() < 1


def test_metadata_is_kept_and_pictures_are_made_only_when_asked_for():
    capture = settle(open_model()).capture()
    assert capture.pixels is None
    assert capture.metadata.keys() >= {"ExposureTime", "AnalogueGain", "ColourGains", "ColourTemperature"}
    assert "SensorTimestamp" not in capture.metadata


def test_a_connector_without_a_camera_is_an_error_that_may_pass():
    with pytest.raises(CameraError, match="ribbon cable") as raised:
        open_model(mounting=Mounting(number=1))
    assert not isinstance(raised.value, PermanentCameraError)


def test_a_camera_that_does_not_start_is_given_back(monkeypatch):
    closed = []
    monkeypatch.setattr("device.camera.simulated.pipeline.Picamera2.start", _raise)
    monkeypatch.setattr("device.camera.simulated.pipeline.Picamera2.close", lambda self: closed.append(self))
    with pytest.raises(CameraError, match="doesn't start"):
        open_model()
    assert len(closed) == 1


def test_a_camera_that_stops_is_an_error():
    camera = open_model()
    camera._camera.capture_request = _raise
    with pytest.raises(CameraError, match="stopped"):
        camera.capture()


def _raise(*ignored):
    raise RuntimeError("Camera frontend has timed out!")


def test_without_picamera2_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(PermanentCameraError, match="apt install python3-picamera2"):
        open_camera(Settings(camera="picamera"))


def test_every_simulated_sensor_can_be_chosen(tmp_path):
    assert set(SIMULATED_SENSORS) == set(MODULES)
    camera = open_camera(Settings(camera="simulated", simulated_sensor="imx219"))
    assert camera.name == "imx219"
    with pytest.raises(PermanentCameraError, match="holds no"):
        open_camera(Settings(camera="simulated", frames=tmp_path))
