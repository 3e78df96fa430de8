"""The Raspberry Pi's own camera, through Picamera2."""

from typing import Any

import numpy as np

from device.errors import CameraError
from device.images import RGBImage

SIZE = (2028, 1520)
"""Width and height of a frame: the HQ camera's binned full field, 4:3."""

# Picamera2 names formats by their bytes in a word: this one is red first in an array
# (The Picamera2 Library, appendix A).
_FORMAT = "BGR888"


class PiCamera:
    """A camera module on the ribbon cable, always running.

    Raises CameraError where Picamera2 or the camera is missing.
    """

    def __init__(self) -> None:
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise CameraError("Picamera2 is missing; run `sudo apt install python3-picamera2`") from error
        try:
            self._camera = Picamera2()
            self._camera.configure(self._camera.create_video_configuration({"size": SIZE, "format": _FORMAT}))
            self._camera.start()
        except (IndexError, RuntimeError, OSError) as error:
            raise CameraError(f"no camera answers ({error}); check its ribbon cable") from error
        self.name = str(self._camera.camera_properties.get("Model", "camera"))

    def capture(self) -> tuple[RGBImage, dict[str, Any]]:
        """The next frame, with its exposure (microseconds), analogue gain and colour temperature (kelvin)."""
        try:
            request = self._camera.capture_request()
            try:
                pixels, metadata = request.make_array("main"), request.get_metadata()
            finally:
                request.release()
        except (RuntimeError, OSError) as error:
            raise CameraError(f"the camera stopped ({error})") from error
        kept = ("ExposureTime", "AnalogueGain", "ColourTemperature")
        return np.asarray(pixels, np.uint8), {name: metadata[name] for name in kept if name in metadata}

    def close(self) -> None:
        """Give the camera back."""
        self._camera.close()
