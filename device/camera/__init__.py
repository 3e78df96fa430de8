"""Where frames come from; `open_camera` alone knows the kinds."""

from collections.abc import Callable

from device.camera.base import Camera, Wishes
from device.settings import Settings


def full_light() -> float:
    """The light that a simulated camera has where nobody switches it."""
    return 1.0


def open_camera(
    settings: Settings,
    wishes: Callable[[str], Wishes] | None = None,
    light: Callable[[], float] = full_light,
) -> Camera:
    """The camera that the settings name, started.

    `wishes` says, by the camera's name, what it is to start with; `light` how bright the ring light is, 0 to
    1, for a simulated camera. Raises CameraError when it can't start, and PermanentCameraError when trying
    again can't help.
    """
    if settings.camera in ("picamera", "simulated"):
        from device.camera.picamera import Mounting, PiCamera

        mounting = Mounting(settings.camera_number, settings.camera_rotation, settings.camera_mirrored)
        library = None
        if settings.camera == "simulated":
            from device.camera.simulated import MODULES, Scene, library_of

            library = library_of(MODULES[settings.simulated_sensor], Scene(settings.frames, light))
        return PiCamera(mounting, wishes or (lambda name: Wishes(settings.frame_rate)), library)
    if settings.camera == "usb":
        from device.camera.usb import UsbCamera

        return UsbCamera(settings.usb_device)
    from device.camera.faults import read_faults
    from device.camera.replay import ReplayCamera

    faults = read_faults(settings.faults) if settings.faults else ()
    return ReplayCamera(settings.frames, faults=faults)
