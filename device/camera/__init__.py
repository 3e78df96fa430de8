"""Where frames come from; `open_camera` alone knows the kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
    request = Request(settings, wishes or (lambda name: Wishes(settings.frame_rate)), light)
    return OPENERS[settings.camera](request)


@dataclass(frozen=True)
class Request:
    """What a kind of camera may want to know to open one; see `open_camera`."""

    settings: Settings
    wishes: Callable[[str], Wishes]
    light: Callable[[], float]


def _open_picamera(request: Request, library: Any = None) -> Camera:
    from device.camera.picamera import Mounting, PiCamera

    settings = request.settings
    mounting = Mounting(settings.camera_number, settings.camera_rotation, settings.camera_mirrored)
    return PiCamera(mounting, request.wishes, library)


def _open_simulated(request: Request) -> Camera:
    from device.camera.simulated import MODULES, Scene, library_of

    settings = request.settings
    scene = Scene(settings.frames, request.light)
    return _open_picamera(request, library_of(MODULES[settings.simulated_sensor], scene))


def _open_usb(request: Request) -> Camera:
    from device.camera.usb import UsbCamera

    return UsbCamera(request.settings.usb_device)


def _open_replay(request: Request) -> Camera:
    from device.camera.faults import read_faults
    from device.camera.replay import ReplayCamera

    settings = request.settings
    faults = read_faults(settings.faults) if settings.faults else ()
    return ReplayCamera(settings.frames, faults=faults)


OPENERS: Mapping[str, Callable[[Request], Camera]] = {
    "replay": _open_replay,
    "picamera": _open_picamera,
    "usb": _open_usb,
    "simulated": _open_simulated,
}
"""What opens each kind; the setting `camera` names them. Their drivers are imported when they are opened."""
