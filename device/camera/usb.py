"""A dermatoscope or any other camera on USB, through Video4Linux."""

import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from device.camera.base import UNSETTLED, Capture, Time, Wishes, show_nobody, to_view
from device.errors import CameraError
from device.images import RGBImage

LARGEST = (1920, 1440)
"""Width and height that are asked for; a camera that can't gives the nearest it can."""

SETTLE_SECONDS = 2.0
"""The longest that a burst waits for the camera's own exposure, and for what was held to show."""

DEVICES = Path("/dev")

# OpenCV hands the values of Video4Linux's exposure_auto through: 1 manual, 3 aperture priority,
# which is how webcams call automatic exposure (Linux kernel documentation, V4L2 camera controls).
_MANUAL, _AUTOMATIC = 1, 3

# What is automatic, how to turn that off and on, and the value that it would leave behind.
_AUTOMATICS = (
    (cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL, _AUTOMATIC, cv2.CAP_PROP_EXPOSURE),
    (cv2.CAP_PROP_AUTO_WB, 0, 1, cv2.CAP_PROP_WB_TEMPERATURE),
    (cv2.CAP_PROP_AUTOFOCUS, 0, 1, cv2.CAP_PROP_FOCUS),
)
_TOLD = {
    "Exposure": cv2.CAP_PROP_EXPOSURE,
    "Gain": cv2.CAP_PROP_GAIN,
    "WhiteBalance": cv2.CAP_PROP_WB_TEMPERATURE,
}

_UNDER_WAY = 4
"""Frames until a change can show: a webcam's own buffers, and the driver's."""
_STEADY_FRAMES, _STEADY = 3, 0.03
_JUMP = 0.1

# The stable names that cameras had when they were first opened: they outlive the cable, a number doesn't.
_stable_names: dict[str, str] = {}

log = logging.getLogger(__name__)


class UsbCamera:
    """The camera that `device` names: the N of /dev/videoN, or a name below /dev/v4l/by-id.

    One that was once opened by its number is found again by its stable name, whatever number it has after
    its cable was pulled. Raises CameraError when none answers: a cable may be put in at any time.
    """

    def __init__(self, device: str, clock: Time | None = None) -> None:
        path = find_device(device)
        self._video = cv2.VideoCapture(str(path), cv2.CAP_V4L2)
        if not self._video.isOpened():
            self._video.release()
            raise CameraError("usb_camera_silent", path=path)
        # Compressed: USB 2 has no room for large raw frames.
        self._video.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._video.set(cv2.CAP_PROP_FRAME_WIDTH, LARGEST[0])
        self._video.set(cv2.CAP_PROP_FRAME_HEIGHT, LARGEST[1])
        # The newest frame and not one from before.
        self._video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._now = (clock or Time()).now
        self._brightness: deque[float] = deque(maxlen=_STEADY_FRAMES)
        self._unsettled: list[str] = []
        self.name = f"USB camera {_stable_names.get(device, str(path))}"

    def capture(self, large: bool = False) -> Capture:
        """The next frame, with its exposure and gain in the driver's own units, where it tells them."""
        arrived, picture = self._video.read()
        if not arrived or picture is None:
            raise CameraError("usb_camera_gone")
        pixels: RGBImage = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
        view = to_view(pixels)
        self._brightness.append(float(view.mean()) + 1)
        # -1 and 0: the driver doesn't know.
        values = {name: self._video.get(number) for name, number in _TOLD.items()}
        metadata: dict[str, Any] = {name: value for name, value in values.items() if value > 0}
        if large and self._unsettled:
            metadata[UNSETTLED] = list(self._unsettled)
        return Capture(view, pixels if large else None, metadata)

    def adapt(self, wishes: Wishes) -> None:
        """It gives frames as they are taken, and finds its colours by itself."""

    def prepare(self, light_age: float = 0.0, show: Callable[[Capture], None] = show_nobody) -> None:
        """Wait until frames are equally bright, then hold exposure, white balance and focus as they are.

        Where the driver can't, or the picture changes by it, they are left to the camera, and the frames'
        metadata says that they weren't held.
        """
        self._unsettled = []
        if not self._settle(show):
            self._unsettled.append("exposure")
        before = self._brightness[-1]
        held = [self._hold(*automatic) for automatic in _AUTOMATICS]
        self._settle(show)
        jumped = abs(self._brightness[-1] / before - 1) > _JUMP
        if jumped:
            # The value that it has by hand is not the one that it had found by itself.
            self.release()
            self._settle(show)
        if jumped or not held[0]:
            log.warning("camera: this camera can't hold its exposure during a burst")
            self._unsettled.append("hold")

    def release(self) -> None:
        """Leave them to the camera again."""
        for automatic, _, on, _ in _AUTOMATICS:
            self._video.set(automatic, on)

    def close(self) -> None:
        """Give the camera back."""
        self._video.release()

    def _hold(self, automatic: int, off: int, on: int, value: int) -> bool:
        """Turn one thing's automatic off and leave its value as it is; False where it doesn't take that."""
        now = self._video.get(value)
        if not self._video.set(automatic, off) or self._video.get(automatic) != off:
            self._video.set(automatic, on)
            return False
        if now > 0:
            self._video.set(value, now)
        return True

    def _settle(self, show: Callable[[Capture], None]) -> bool:
        """Look at frames until the last ones are equally bright, or for as long as that may take."""
        give_up, frames = self._now() + SETTLE_SECONDS, 0
        while self._now() < give_up:
            show(self.capture())
            frames += 1
            last = self._brightness
            if frames >= _UNDER_WAY + _STEADY_FRAMES and max(last) <= (1 + _STEADY) * min(last):
                return True
        return False


def find_device(device: str) -> Path:
    """The node of a camera by its number or stable name; a number's camera is remembered by its name."""
    names = DEVICES / "v4l/by-id"
    if not device.isdecimal():
        return names / device
    node = DEVICES / f"video{device}"
    known = _stable_names.get(device)
    if known and (names / known).exists():
        return (names / known).resolve()
    if node.exists() and names.is_dir():
        found = [link.name for link in sorted(names.iterdir()) if link.resolve() == node.resolve()]
        if found:
            _stable_names.setdefault(device, found[0])
    return node
