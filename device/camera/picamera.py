"""The Raspberry Pi's own camera, through Picamera2."""

import time
from typing import Any

import cv2
import numpy as np

from device.camera.base import Capture
from device.errors import CameraError, PermanentCameraError
from device.images import RGBImage

SIZE, VIEW_SIZE = (2028, 1520), (640, 480)
"""Width and height of the large frames, the HQ camera's binned full field, and of the view; both 4:3."""

FOCUS_SECONDS = 1.5
"""The longest a burst waits for the lens."""

# Picamera2 names formats by their bytes in a word: this one is red first in an array. The second
# stream is YUV 4:2:0 on boards before the Pi 5 (The Picamera2 Library, sections 4.2 and A).
_LARGE_FORMAT, _VIEW_FORMAT = "BGR888", "YUV420"
# Each large buffer takes 9 MB of the little that a Pi Zero 2 W has.
_BUFFERS = 4

_KEPT = ("ExposureTime", "AnalogueGain", "ColourGains", "ColourTemperature", "LensPosition", "FocusFoM")

# libcamera's control_ids: AfModeAuto and AfTriggerStart; AfStateFocused and AfStateFailed.
_AUTO_ONCE, _START = 1, 0
_FOCUS_ENDS = (2, 3)


class PiCamera:
    """A camera module on the ribbon cable, always running with two streams, so a press changes no mode.

    Raises PermanentCameraError without Picamera2, and CameraError when no camera answers.
    """

    def __init__(self) -> None:
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise PermanentCameraError(
                "Picamera2 is missing; run `sudo apt install python3-picamera2`"
            ) from error
        try:
            self._camera = Picamera2()
            self._camera.configure(
                self._camera.create_video_configuration(
                    main={"size": SIZE, "format": _LARGE_FORMAT},
                    lores={"size": VIEW_SIZE, "format": _VIEW_FORMAT},
                    buffer_count=_BUFFERS,
                )
            )
            self._camera.start()
        except (IndexError, RuntimeError, OSError) as error:
            raise CameraError(f"no camera answers ({error}); check its ribbon cable") from error
        self.name = str(self._camera.camera_properties.get("Model", "camera"))
        self._can_focus = "AfMode" in self._camera.camera_controls
        self._metadata: dict[str, Any] = {}

    def capture(self, large: bool = False) -> Capture:
        """The next frame, with its exposure (microseconds), gains, colour temperature (K) and focus."""
        try:
            request = self._camera.capture_request()
            try:
                view = view_from_yuv(request.make_array("lores"))
                pixels = np.asarray(request.make_array("main"), np.uint8) if large else None
                self._metadata = request.get_metadata()
            finally:
                request.release()
        except (RuntimeError, OSError) as error:
            raise CameraError(f"the camera stopped ({error})") from error
        return Capture(view, pixels, {name: self._metadata[name] for name in _KEPT if name in self._metadata})

    def prepare(self) -> None:
        """Focus where the module has a lens that moves, then hold exposure, gain and white balance."""
        if self._can_focus:
            self._focus()
        held = ("ExposureTime", "AnalogueGain", "ColourGains")
        values = {name: self._metadata[name] for name in held if name in self._metadata}
        self._set({"AeEnable": False, "AwbEnable": False, **values})

    def release(self) -> None:
        """Leave exposure, gain and white balance to the camera again."""
        self._set({"AeEnable": True, "AwbEnable": True})

    def close(self) -> None:
        """Give the camera back."""
        self._camera.close()

    def _set(self, values: dict[str, Any]) -> None:
        # A sensor without colour has no white balance to hold, and Picamera2 raises for what isn't there.
        known = self._camera.camera_controls
        self._camera.set_controls({name: value for name, value in values.items() if name in known})

    def _focus(self) -> None:
        self._camera.set_controls({"AfMode": _AUTO_ONCE, "AfTrigger": _START})
        # The state of the frame after the next is the first to know of the trigger.
        self.capture()
        give_up = time.monotonic() + FOCUS_SECONDS
        while time.monotonic() < give_up:
            self.capture()
            if self._metadata.get("AfState") in _FOCUS_ENDS:
                return


def view_from_yuv(planes: RGBImage) -> RGBImage:
    """RGB of a YUV 4:2:0 array of shape (height * 3 / 2, width), full range.

    Beside an RGB stream Picamera2 makes the second one sYCC: the weights of ITU-R BT.601 with
    0 to 255 for luma. OpenCV's own conversions of 4:2:0 take 16 to 235 and would shift skin.
    """
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    chroma = np.ascontiguousarray(planes[height:]).reshape(2, height // 2, width // 2)
    blue, red = (cv2.resize(each, (width, height), interpolation=cv2.INTER_LINEAR) for each in chroma)
    luma = np.ascontiguousarray(planes[:height])
    return np.asarray(cv2.cvtColor(cv2.merge([luma, red, blue]), cv2.COLOR_YCrCb2RGB), np.uint8)
