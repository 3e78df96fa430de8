"""A dermatoscope or any other camera on USB, through Video4Linux."""

from typing import Any

import cv2
import numpy as np

from device.camera.base import Capture, to_view
from device.errors import CameraError
from device.images import RGBImage

LARGEST = (1920, 1440)
"""Width and height that are asked for; a camera that can't gives the nearest it can."""

# OpenCV hands the values of Video4Linux's exposure_auto through: 1 manual, 3 aperture priority,
# which is how webcams call automatic exposure (Linux kernel documentation, V4L2 camera controls).
_MANUAL, _AUTOMATIC = 1, 3


class UsbCamera:
    """The camera `/dev/videoN` of number `device`, always running.

    Raises CameraError when none answers: a cable may be put in at any time.
    """

    def __init__(self, device: int) -> None:
        self._video = cv2.VideoCapture(device, cv2.CAP_V4L2)
        if not self._video.isOpened():
            self._video.release()
            raise CameraError(f"no camera answers at /dev/video{device}; check its cable and 'usb_device'")
        # Compressed: USB 2 has no room for large raw frames.
        self._video.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._video.set(cv2.CAP_PROP_FRAME_WIDTH, LARGEST[0])
        self._video.set(cv2.CAP_PROP_FRAME_HEIGHT, LARGEST[1])
        # The newest frame and not one from before.
        self._video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self.name = f"USB camera /dev/video{device}"

    def capture(self, large: bool = False) -> Capture:
        """The next frame, with its exposure and gain in the driver's own units, where it tells them."""
        arrived, picture = self._video.read()
        if not arrived or picture is None:
            raise CameraError("the camera is gone; check its USB cable")
        pixels: RGBImage = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
        return Capture(to_view(pixels), pixels if large else None, self._metadata())

    def prepare(self) -> None:
        """Hold focus, exposure and white balance as they are; what the driver doesn't know it ignores."""
        self._video.set(cv2.CAP_PROP_AUTOFOCUS, 0)
        self._video.set(cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL)
        self._video.set(cv2.CAP_PROP_AUTO_WB, 0)

    def release(self) -> None:
        """Leave them to the camera again."""
        self._video.set(cv2.CAP_PROP_AUTOFOCUS, 1)
        self._video.set(cv2.CAP_PROP_AUTO_EXPOSURE, _AUTOMATIC)
        self._video.set(cv2.CAP_PROP_AUTO_WB, 1)

    def close(self) -> None:
        """Give the camera back."""
        self._video.release()

    def _metadata(self) -> dict[str, Any]:
        asked = {
            "Exposure": cv2.CAP_PROP_EXPOSURE,
            "Gain": cv2.CAP_PROP_GAIN,
            "WhiteBalance": cv2.CAP_PROP_WB_TEMPERATURE,
        }
        told = {name: self._video.get(number) for name, number in asked.items()}
        # -1 and 0: the driver doesn't know.
        return {name: value for name, value in told.items() if value > 0}
