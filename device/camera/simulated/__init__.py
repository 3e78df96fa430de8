"""A model of a Raspberry Pi's camera: delays, exposure, focus and colours, over real pictures."""

from device.camera.base import Time
from device.camera.simulated.modules import MODULES, Module
from device.camera.simulated.pipeline import library_of
from device.camera.simulated.scene import Scene

__all__ = ["MODULES", "Module", "Scene", "library_of", "virtual_time"]


def virtual_time() -> Time:
    """A clock that stands still but for waits, which pass at once."""
    reading = 0.0

    def wait(seconds: float) -> None:
        nonlocal reading
        reading += seconds

    return Time(lambda: reading, wait)
