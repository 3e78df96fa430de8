"""The Raspberry Pi's own camera, through Picamera2."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from device.camera.base import UNSETTLED, Capture, Time, Wishes, show_nobody
from device.camera.colour_space import colour_space_of, rgb_from_yuv
from device.camera.press import CONTINUOUS, MANUAL, Metadata, Press, frame_duration_limits
from device.camera.sensors import readout_of
from device.errors import CameraError, PermanentCameraError

VIEW_SIZE = (640, 480)
"""Width and height of the view."""

# Picamera2 names formats by their bytes in a word: this one is red first in an array. The second
# stream is YUV 4:2:0 on boards before the Pi 5 (The Picamera2 Library, sections 4.2 and A).
_LARGE_FORMAT, _VIEW_FORMAT = "BGR888", "YUV420"
# Each takes up to 10 MB of the 256 MB that a Zero 2 W lends its camera. Fewer would drop frames.
_BUFFERS = 4

_KEPT = (
    "ExposureTime",
    "AnalogueGain",
    "DigitalGain",
    "ColourGains",
    "ColourTemperature",
    "LensPosition",
    "FocusFoM",
    "AfState",
)

# libcamera's AfRangeMacro: what lies behind the close-up lens looks as near as 5 to 10 dioptres.
_NEAR = 1


@dataclass(frozen=True)
class Mounting:
    """The number of the camera, and how it is mounted: turned by 0 or 180 degrees, mirrored or not."""

    number: int = 0
    rotation: int = 0
    mirrored: bool = False


def _wish_nothing(name: str) -> Wishes:
    return Wishes()


class PiCamera:
    """A camera module on the ribbon cable, always running with two streams, so a press changes no mode.

    `wishes` says by the sensor's name what to start with. `library` has what is used of Picamera2 and
    libcamera; those of the system unless it is given. Raises PermanentCameraError without Picamera2, and
    CameraError when no camera answers.
    """

    def __init__(
        self,
        mounting: Mounting = Mounting(),
        wishes: Callable[[str], Wishes] = _wish_nothing,
        library: Any = None,
        clock: Time | None = None,
    ) -> None:
        library = library or _import_library()
        self._show: Callable[[Capture], None] = show_nobody
        try:
            self._camera = library.Picamera2(mounting.number)
        except (IndexError, RuntimeError, OSError) as error:
            raise CameraError("camera_silent", error=error) from error
        try:
            self.name = str(self._camera.camera_properties.get("Model", "camera"))
            self._wishes = wishes(self.name)
            self._coarse = self._wishes.coarse
            self._press = Press(self, self._follows_focus(), (clock or Time()).now)
            self._configure(library, mounting)
            self.ask(**self._standing_controls())
            self._camera.start()
        except (RuntimeError, OSError) as error:
            # Else the next try would find it in use, by us.
            self._camera.close()
            raise CameraError("camera_not_started", error=error) from error
        except ValueError as error:
            self._camera.close()
            raise PermanentCameraError("camera_unusable", error=error) from error

    def capture(self, large: bool = False) -> Capture:
        """The next frame, with its exposure (microseconds), gains, colour temperature (K) and focus."""
        try:
            request = self._camera.capture_request()
            try:
                view = rgb_from_yuv(request.make_array("lores"), self._colour_space, self._coarse)
                pixels = np.asarray(request.make_array("main"), np.uint8) if large else None
                metadata = request.get_metadata()
            finally:
                request.release()
        except (RuntimeError, OSError) as error:
            raise CameraError("camera_stopped", error=error) from error
        self._press.observe(metadata)
        kept = {name: metadata[name] for name in _KEPT if name in metadata}
        if large and self._press.unsettled:
            kept[UNSETTLED] = list(self._press.unsettled)
        return Capture(view, pixels, kept)

    def adapt(self, wishes: Wishes) -> None:
        """Follow other wishes from now on."""
        if wishes != self._wishes:
            self._wishes, self._coarse = wishes, wishes.coarse
            self._press.follows_focus = self._follows_focus()
            self.ask(**self._standing_controls())

    def prepare(self, light_age: float = 0.0, show: Callable[[Capture], None] = show_nobody) -> None:
        """Settle exposure, then focus where the lens moves, then hold both and the white balance."""
        self._show, self._coarse = show, False
        self._press.prepare(light_age)

    def release(self) -> None:
        """Leave exposure, focus and white balance to the camera again, as far as they were."""
        self._coarse = self._wishes.coarse
        self.ask(**self._standing_controls() | self._press.release())

    def close(self) -> None:
        """Give the camera back."""
        self._camera.close()

    def ask(self, **controls: Any) -> None:
        """Set controls. Picamera2 raises for what a camera doesn't have, such as colours of a grey sensor."""
        known = self._camera.camera_controls
        self._camera.set_controls({name: value for name, value in controls.items() if name in known})

    def step(self) -> Metadata:
        """Take a frame and show it; the metadata is complete."""
        self._show(self.capture())
        return self._press.last

    def _configure(self, library: Any, mounting: Mounting) -> None:
        readout = readout_of(self.name, lambda: self._camera.sensor_modes)
        configuration = self._camera.create_video_configuration(
            main={"size": readout.field, "format": _LARGE_FORMAT},
            lores={"size": VIEW_SIZE, "format": _VIEW_FORMAT},
            # Else each buffer has a raw picture beside it, of up to 10 MB, that nobody looks at.
            raw=None,
            sensor={"output_size": readout.mode},
            buffer_count=_BUFFERS,
            colour_space=library.ColorSpace.Sycc(),
            transform=library.Transform(
                hflip=mounting.mirrored != (mounting.rotation == 180), vflip=mounting.rotation == 180
            ),
        )
        self._camera.configure(configuration)
        # libcamera may have chosen another one, and the second stream's follows the first's.
        self._colour_space = colour_space_of(self._camera.camera_configuration()["colour_space"])

    def _follows_focus(self) -> bool:
        return "AfMode" in self._camera.camera_controls and self._wishes.lens_position is None

    def _standing_controls(self) -> dict[str, Any]:
        """What holds between presses."""
        wishes = self._wishes
        controls: dict[str, Any] = {"FrameDurationLimits": frame_duration_limits(wishes.rate)}
        controls["AwbEnable"] = wishes.colour_gains is None
        if wishes.colour_gains:
            controls["ColourGains"] = wishes.colour_gains
        if wishes.lens_position is None:
            controls |= {"AfMode": CONTINUOUS, "AfRange": _NEAR}
        else:
            controls |= {"AfMode": MANUAL, "LensPosition": wishes.lens_position}
        return controls


def _import_library() -> Any:
    try:
        from libcamera import ColorSpace, Transform
        from picamera2 import Picamera2
    except ImportError as error:
        raise PermanentCameraError("picamera_missing") from error
    return SimpleNamespace(Picamera2=Picamera2, ColorSpace=ColorSpace, Transform=Transform)
