"""A stand-in for Picamera2 in which controls, exposure and focus take their time, as on a Raspberry Pi.

What it keeps to, and from where: controls ride on the next request that is queued, behind those under way,
and reach the sensor 3 or 4 frames after that (picamera2 #1278). A finished request that nobody took is handed
out first, and what else is finished goes round again (picamera2's `process_requests`). Frames of 1280 x 720
and more are Rec709 unless another `colour_space` is asked for, and the second stream's follows the first's.
"""

import time
from collections import deque
from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.camera.base import Time
from device.camera.simulated.automatics import AIM_US, Exposure, Focus, WhiteBalance
from device.camera.simulated.modules import Module, Size
from device.camera.simulated.scene import Scene, develop
from device.images import RGBImage

_START_SECONDS = 0.15
_CONTROLS = ("AeEnable", "AwbEnable", "ExposureTime", "AnalogueGain", "ColourGains", "FrameDurationLimits")
_LENS_CONTROLS = ("AfMode", "AfRange", "AfTrigger", "AfPause", "LensPosition")


class Request:
    """A frame with its pictures and metadata, until it is given back."""

    def __init__(self, camera: "Picamera2") -> None:
        self._camera = camera
        self.controls: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.moment = self.brightness = self.off_by = 0.0
        self.cast = (1.0, 1.0)

    def make_array(self, name: str) -> RGBImage:
        """The picture of a stream, in the stream's format."""
        picture = self._camera.scene.picture(self.moment, self._camera.configuration[name]["size"])
        looks = (self.brightness, self.off_by, self.cast)
        made = self._camera.made.get(name)
        # What lies still in the same light looks the same, and costs a camera nothing to see.
        if made is None or made[0] is not picture or made[1] != looks:
            made = self._camera.made[name] = (picture, looks, self._make(name, picture))
        return made[2].copy()

    def _make(self, name: str, picture: RGBImage) -> RGBImage:
        configuration = self._camera.configuration
        picture = develop(picture, self.brightness, self.off_by, self.cast)
        transform = configuration["transform"]
        if transform.hflip or transform.vflip:
            code = -1 if transform.hflip and transform.vflip else 1 if transform.hflip else 0
            picture = np.asarray(cv2.flip(picture, code), np.uint8)
        return to_yuv(picture, configuration["colour_space"]) if name == "lores" else picture

    def get_metadata(self) -> dict[str, Any]:
        """What libcamera says of it."""
        return dict(self.metadata)

    def release(self) -> None:
        """Give it back: it is queued again, with the controls that wait."""
        self._camera.queue_again(self)


class Picamera2:
    """One simulated module before a scene; see `library_of` for how a `PiCamera` gets it."""

    def __init__(self, module: Module, scene: Scene, clock: Time) -> None:
        self.module, self.scene, self._clock = module, scene, clock
        self.camera_properties = {"Model": module.model, "PixelArraySize": module.pixels}
        names = _CONTROLS + (_LENS_CONTROLS if module.lens else ())
        self.camera_controls: dict[str, Any] = dict.fromkeys(names, (0, 1, 0))
        self.exposure = Exposure(module)
        self.focus = Focus(module, scene.subject)
        self.white = WhiteBalance(module)
        self.configuration: dict[str, Any] = {}
        self.made: dict[str, tuple[RGBImage, Any, RGBImage]] = {}
        """The picture of each stream that was made last, and of what."""
        self.frames = 0
        self._pending: dict[str, Any] = {}
        self._queue: deque[Request] = deque()
        self._finished: Request | None = None
        self._duration = 1 / 30
        self._durations: deque[tuple[int, float]] = deque()
        self._due = 0.0

    @property
    def sensor_modes(self) -> Sequence[dict[str, Any]]:
        """What the sensor can be read out as."""
        return self.module.sensor_modes()

    def create_video_configuration(self, **asked: Any) -> dict[str, Any]:
        """A configuration with Picamera2's own choices for what isn't asked."""
        width, height = asked["main"]["size"]
        return {
            "colour_space": "SMPTE170M" if width < 1280 or height < 720 else "Rec709",
            "transform": Transform(),
            "raw": {"size": (width, height)},
            "sensor": None,
            "buffer_count": 6,
        } | asked

    def configure(self, configuration: dict[str, Any]) -> None:
        """Take a configuration. Raises RuntimeError for one that the pipeline refuses."""
        self.configuration = configuration = dict(configuration)
        main, lores = configuration["main"]["size"], configuration["lores"]["size"]
        if lores[0] > main[0] or lores[1] > main[1]:
            raise RuntimeError("lores stream dimensions may not exceed main stream")
        wanted: Size = (configuration["sensor"] or {}).get("output_size") or main
        configuration["sensor"] = {"output_size": self.module.mode_for(wanted), "bit_depth": 10}

    def camera_configuration(self) -> dict[str, Any]:
        """The configuration in force."""
        return self.configuration

    def start(self) -> None:
        """Begin: controls that were set before hold from the first frame on."""
        self._clock.wait(_START_SECONDS)
        self._apply(self._pending)
        self._pending = {}
        self._queue.extend(Request(self) for _ in range(self.configuration["buffer_count"]))
        self._due = self._clock.now() + self._duration

    def close(self) -> None:
        """Give it back."""
        self._queue.clear()

    def set_controls(self, controls: dict[str, Any]) -> None:
        """Put controls on the next request that is queued. Raises RuntimeError for one that isn't there."""
        unknown = set(controls) - set(self.camera_controls)
        if unknown:
            raise RuntimeError(f"Control {min(unknown)} is not advertised by libcamera")
        self._pending |= controls

    def capture_request(self) -> Request:
        """A finished request that nobody took, or else the next."""
        while self._due <= self._clock.now():
            self._run_frame()
        while self._finished is None:
            self._clock.wait(max(0.0, self._due - self._clock.now()))
            self._run_frame()
        request, self._finished = self._finished, None
        return request

    def queue_again(self, request: Request) -> None:
        """Put a request behind those under way."""
        request.controls, self._pending = self._pending, {}
        self._queue.append(request)

    def _run_frame(self) -> None:
        """The sensor gives one frame; without a request for it, it is lost."""
        moment, self._due = self._due, self._due + self._duration
        self.frames += 1
        while self._durations and self._durations[0][0] <= self.frames:
            self._duration = self._durations.popleft()[1]
        self.exposure.expose(self.frames)
        if not self._queue:
            return
        request = self._queue.popleft()
        self._apply(request.controls)
        brightness = self.exposure.time * self.exposure.gain * self.scene.illumination / AIM_US
        request.moment, request.brightness = moment, brightness
        aim = self.module.colour_gains
        # No finer than the picture's 8 bits can show.
        request.cast = (round(self.white.gains[0] / aim[0], 3), round(self.white.gains[1] / aim[1], 3))
        request.metadata = self._metadata(moment, brightness)
        request.off_by = abs(self.focus.position - self.scene.subject) if self.module.lens else 0.0
        self.exposure.learn(brightness, self.frames)
        self.white.learn(brightness)
        if self._finished is not None:
            self.queue_again(self._finished)
        self._finished = request

    def _metadata(self, moment: float, brightness: float) -> dict[str, Any]:
        metadata = {
            "ExposureTime": round(self.exposure.time),
            "AnalogueGain": self.exposure.gain,
            "DigitalGain": 1.0,
            "ColourGains": self.white.gains,
            "ColourTemperature": 5000,
            "AeLocked": self.exposure.locked,
            "FrameDuration": round(1e6 * self._duration),
            "SensorTimestamp": round(1e9 * moment),
            "FocusFoM": 100,
        }
        if self.module.lens:
            self.focus.subject = self.scene.subject
            self.focus.look(brightness)
            metadata |= self.focus.metadata()
        return metadata

    def _apply(self, controls: dict[str, Any]) -> None:
        limits = controls.get("FrameDurationLimits")
        if limits is not None:
            late = 3 if self.frames else 0
            self._durations.append((self.frames + late, limits[0] / 1e6))
            self.exposure.longest = float(limits[1])
            if not late:
                self._duration = limits[0] / 1e6
        if controls.keys() & {"AeEnable", "ExposureTime", "AnalogueGain"}:
            self.exposure.set(controls, self.frames)
        self.white.set(controls)
        if self.module.lens:
            self.focus.set(controls)


class Transform:
    """libcamera's: whether the picture is mirrored from left to right, and from top to bottom."""

    def __init__(self, hflip: bool = False, vflip: bool = False) -> None:
        self.hflip, self.vflip = hflip, vflip


def library_of(module: Module, scene: Scene, clock: Time | None = None) -> Any:
    """What a `PiCamera` uses of Picamera2 and libcamera, with this module on its only connector."""
    clock = clock or Time(time.monotonic, time.sleep)

    def open_camera(number: int) -> Picamera2:
        if number:
            raise IndexError("list index out of range")
        return Picamera2(module, scene, clock)

    spaces = SimpleNamespace(Sycc=lambda: "sYCC", Smpte170m=lambda: "SMPTE170M", Rec709=lambda: "Rec709")
    return SimpleNamespace(Picamera2=open_camera, ColorSpace=spaces, Transform=Transform)


# Luma's weights of red and blue, the scales of luma and chroma, and where black lies (ITU-R BT.601, BT.709).
_SPACES = {
    "sYCC": (0.299, 0.114, 1.0, 1.0, 0),
    "SMPTE170M": (0.299, 0.114, 219 / 255, 224 / 255, 16),
    "Rec709": (0.2126, 0.0722, 219 / 255, 224 / 255, 16),
}


def to_yuv(picture: RGBImage, colour_space: str) -> RGBImage:
    """RGB as planes of Y, Cb and Cr, the last two at half the size: shape (height * 3 / 2, width)."""
    matrix = _to_yuv_matrix(colour_space)
    luma, blue, red = cv2.split(np.asarray(cv2.transform(picture, matrix), np.uint8))
    height, width = luma.shape
    half = (width // 2, height // 2)
    planes = [luma.ravel()]
    planes += [cv2.resize(plane, half, interpolation=cv2.INTER_AREA).ravel() for plane in (blue, red)]
    return np.asarray(np.concatenate(planes).reshape(height * 3 // 2, width), np.uint8)


@cache
def _to_yuv_matrix(colour_space: str) -> NDArray[np.float64]:
    red, blue, luma, chroma, black = _SPACES[colour_space]
    weights = np.array([red, 1 - red - blue, blue])
    from_blue = (np.array([0, 0, 1]) - weights) * chroma / (2 * (1 - blue))
    from_red = (np.array([1, 0, 0]) - weights) * chroma / (2 * (1 - red))
    return np.column_stack([np.stack([weights * luma, from_blue, from_red]), [black, 128, 128]])
