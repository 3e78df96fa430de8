"""Where frames come from; `open_camera` alone knows the kinds."""

from device.camera.base import Camera
from device.settings import Settings


def open_camera(settings: Settings) -> Camera:
    """The camera that the settings name, started. Raises CameraError when it can't start."""
    if settings.camera == "picamera":
        from device.camera.picamera import PiCamera

        return PiCamera()
    from device.camera.replay import ReplayCamera

    return ReplayCamera(settings.frames)
