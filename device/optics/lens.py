"""What is known of the lens, lamp and sensor, and pictures corrected for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import FIELD_ASPECT, INPUT_SIDE, FieldImage
from device.images import RGBImage
from device.message import Message
from device.optics.calibration import Calibration, colour_gains
from device.optics.focus import LensFocus
from device.optics.scale import Scale
from device.optics.white import MOST_GAIN
from device.words import say

_UNITY = 255 / MOST_GAIN
"""A gain of 1 in 8 bits: a quarter of the memory of floats, and within one grey level of them."""


@dataclass(frozen=True, eq=False)
class Optics:
    """The calibrations in force, each of which may be missing; `notes` says what was wrong."""

    white: Calibration | None = None
    scale: Calibration | None = None
    focus: Calibration | None = None
    notes: tuple[Message, ...] = ()

    @property
    def name(self) -> str:
        """The calibrations by kind, date and number, as an examination names them; empty without any."""
        return ", ".join(each.title for each in self._all if each)

    @property
    def colour_gains(self) -> tuple[float, float] | None:
        """The camera's own gains for red and blue at the white card: only with them is the cast the same."""
        return colour_gains(self.white.metadata) if self.white else None

    @property
    def lens_position(self) -> float | None:
        """Where the lens is to stay, in dioptres; None lets it follow."""
        found = self.focus and self.focus.value
        return found.position if isinstance(found, LensFocus) else None

    @property
    def _all(self) -> tuple[Calibration | None, ...]:
        return self.white, self.scale, self.focus

    def correct(self, picture: RGBImage) -> RGBImage:
        """The picture without cast and shading; itself without a white calibration.

        `picture` is a frame of any size, or its largest centred part of another aspect.
        """
        if self.white is None:
            return picture
        height, width = picture.shape[:2]
        return _multiply(picture, _gains(self.white, width, height, width / height))

    def correct_field(self, field: FieldImage) -> FieldImage:
        """The 224 x 224 field of a frame (`preprocess.resize_field`) without cast and shading.

        The gains vary so slowly that this is the field of the corrected frame to one grey level,
        at a fiftieth of the work.
        """
        if self.white is None:
            return field
        return _multiply(field, _gains(self.white, INPUT_SIDE, INPUT_SIDE, FIELD_ASPECT))

    def mm_per_pixel(self, picture_width: int) -> float | None:
        """Millimetres per pixel of a whole frame shown `picture_width` pixels wide; None without a scale."""
        if self.scale is None or not isinstance(self.scale.value, Scale):
            return None
        return self.scale.value.width_mm / picture_width

    def reminders(self, now: datetime, days: int) -> list[str]:
        """A sentence for each calibration older than `days` (0: never).

        One that lies ahead of a clock without a battery is of unknown age, and not old.
        """
        if days == 0:
            return []
        return [
            f"The {each.kind} calibration is {(now - each.made_at).days} days old: "
            f"make a new one with `dermapoint calibrate {each.kind}`."
            for each in self._all
            if each and now - each.made_at > timedelta(days=days)
        ]

    def describe(self) -> dict[str, Any]:
        """What is in force, as JSON would have it."""
        return {
            "name": self.name,
            "white": self.white.describe() if self.white else None,
            "scale": self.scale.describe() if self.scale else None,
            "focus": self.focus.describe() if self.focus else None,
            "notes": list(map(say, self.notes)),
        }


def _multiply(picture: RGBImage, gains: NDArray[np.uint8]) -> RGBImage:
    return np.asarray(cv2.multiply(picture, gains, scale=1 / _UNITY), np.uint8)


@lru_cache(maxsize=4)
def _gains(white: Calibration, width: int, height: int, aspect: float) -> NDArray[np.uint8]:
    """The gains over the largest centred part of the calibrated frame that has this aspect, in 8 bits."""
    grid = np.asarray(white.value, np.float32)
    rows, columns = grid.shape[:2]
    wider = aspect * white.size[1] / white.size[0]
    across, down = columns * min(1, wider), rows * min(1, 1 / wider)
    step_x, step_y = across / width, down / height
    # Pixel centres in the grid's own coordinates, whose cells' centres lie at whole numbers.
    place = np.array(
        [
            [step_x, 0, (columns - across + step_x - 1) / 2],
            [0, step_y, (rows - down + step_y - 1) / 2],
        ]
    )
    spread = cv2.warpAffine(
        np.rint(grid * _UNITY).astype(np.uint8),
        place,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(spread, np.uint8)
