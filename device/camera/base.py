"""What every camera can do."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import cv2
import numpy as np

from device.images import RGBImage

VIEW_WIDTH = 640
"""Pixels: the widest a view is."""


@dataclass(frozen=True)
class Capture:
    """A `view` at most 640 pixels wide, `pixels` in full size when asked for, and the metadata."""

    view: RGBImage
    pixels: RGBImage | None
    metadata: dict[str, Any] = field(default_factory=dict)


class Camera(Protocol):
    """A source of frames that runs from the moment it is made; used by one thread alone."""

    name: str

    def capture(self, large: bool = False) -> Capture:
        """The next frame, in full size too when `large`. Raises CameraError when there is none."""

    def prepare(self) -> None:
        """Before a burst: focus where that is possible, then fix exposure, gain and white balance."""

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
