"""Where frames come from; `open_camera` alone knows the kinds."""

from device.camera.base import Camera
from device.settings import Settings


def open_camera(settings: Settings) -> Camera:
    """The camera that the settings name, started.

    Raises CameraError when it can't start, and PermanentCameraError when trying again can't help.
    """
    if settings.camera == "picamera":
        from device.camera.picamera import PiCamera

        return PiCamera()
    if settings.camera == "usb":
        from device.camera.usb import UsbCamera

        return UsbCamera(settings.usb_device)
    from device.camera.faults import read_faults
    from device.camera.replay import ReplayCamera

    faults = read_faults(settings.faults) if settings.faults else ()
    return ReplayCamera(settings.frames, faults=faults)
