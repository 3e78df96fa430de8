"""What every camera can do."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import cv2
import numpy as np

from device.images import RGBImage

VIEW_WIDTH = 640
"""Pixels: the widest a view is."""

UNSETTLED = "Unsettled"
"""The key of a frame's metadata that names the waits which ran out before its burst, see `press`."""


@dataclass(frozen=True)
class Capture:
    """A `view` at most 640 pixels wide, `pixels` in full size when asked for, and the metadata."""

    view: RGBImage
    pixels: RGBImage | None
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wishes:
    """What is asked of a camera between presses; one that can't follow a wish passes it over.

    `rate` is in frames a second. With `coarse` every fourth pixel of a view is enough. `colour_gains` are
    those for red and blue that a white card found, and None leaves them to the camera. `lens_position` is in
    dioptres, and None lets the lens follow.
    """

    rate: float = 10.0
    coarse: bool = False
    colour_gains: tuple[float, float] | None = None
    lens_position: float | None = None


@dataclass(frozen=True)
class Time:
    """How a camera tells and spends time, in seconds; tests have one that runs as they like."""

    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep


def show_nobody(capture: Capture) -> None:
    """Nobody looks at the frames that pass while a burst is prepared."""


class Camera(Protocol):
    """A source of frames that runs from the moment it is made; used by one thread alone."""

    name: str

    def capture(self, large: bool = False) -> Capture:
        """The next frame, in full size too when `large`. Raises CameraError when there is none."""

    def adapt(self, wishes: Wishes) -> None:
        """Follow other wishes from now on."""

    def prepare(self, light_age: float = 0.0, show: Callable[[Capture], None] = show_nobody) -> None:
        """Before a burst: settle exposure and focus, then hold them and the white balance.

        The light has been as it is for `light_age` seconds. `show` gets each frame that passes meanwhile.
        """

    def release(self) -> None:
        """After a burst: leave them to the camera again."""

    def close(self) -> None:
        """Give the camera back; nothing can be captured after."""


def to_view(pixels: RGBImage) -> RGBImage:
    """A picture, made smaller to the width of a view if it is wider."""
    height, width = pixels.shape[:2]
    if width <= VIEW_WIDTH:
        return pixels
    size = (VIEW_WIDTH, max(1, round(VIEW_WIDTH * height / width)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
