"""How many millimetres a picture shows: from a checkerboard, a ruler or two points."""

import math
from dataclasses import dataclass

from device.errors import CalibrationError
from device.images import RGBImage
from device.optics.checkerboard import find_squares
from device.optics.ruler import find_ticks

NARROWEST_MM, WIDEST_MM = 3.0, 80.0
"""What a picture taken through a lens that rests on skin can show from left to right."""

Point = tuple[float, float]
"""Pixels from the left and from the top."""


@dataclass(frozen=True)
class Scale:
    """The width of the whole picture in millimetres, and what it was measured by."""

    width_mm: float
    method: str

    def __post_init__(self) -> None:
        """Raise CalibrationError for a width that no such lens has."""
        if not NARROWEST_MM <= self.width_mm <= WIDEST_MM:
            raise CalibrationError(
                "picture_width_refused",
                width=round(self.width_mm, 1),
                narrowest=NARROWEST_MM,
                widest=WIDEST_MM,
            )


def find_scale(picture: RGBImage, spacing_mm: float = 1.0) -> Scale:
    """The scale by the checkerboard or else the ruler in `picture`.

    `spacing_mm` is the side of a square, or from tick to tick. Raises CalibrationError when
    neither is found or the result can't be.
    """
    _require_length(spacing_mm)
    square = find_squares(picture)
    if square is not None:
        return Scale(_width(picture, spacing_mm, square), f"checkerboard of {spacing_mm:g} mm")
    ticks = find_ticks(picture)
    if ticks is None:
        raise CalibrationError("no_scale_found")
    return Scale(_width(picture, spacing_mm, ticks.spacing), f"ruler of {spacing_mm:g} mm")


def scale_from_points(picture_width: int, first: Point, second: Point, length_mm: float) -> Scale:
    """The scale by two points that lie `length_mm` apart in a picture `picture_width` pixels wide.

    Raises CalibrationError when the points are too close together or the result can't be.
    """
    _require_length(length_mm)
    pixels = math.dist(first, second)
    if not math.isfinite(pixels) or pixels < picture_width / 20:
        raise CalibrationError("points_too_close")
    return Scale(picture_width * length_mm / pixels, f"two points {length_mm:g} mm apart")


def _width(picture: RGBImage, length_mm: float, pixels: float) -> float:
    return float(picture.shape[1] * length_mm / pixels)


def _require_length(length_mm: float) -> None:
    if not (math.isfinite(length_mm) and length_mm > 0):
        raise CalibrationError("length_refused", length=length_mm)
