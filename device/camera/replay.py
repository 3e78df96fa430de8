"""A folder of pictures, shown as a camera would: a hand that trembles, and moves on."""

import itertools
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from device.errors import CameraError, ImageError
from device.images import RGBImage, find_images, read_image

DWELL_SECONDS = 4.0
TREMOR_PIXELS = 3


class ReplayCamera:
    """Plays the pictures of a folder in the order of their names, over and over.

    Each stays for `dwell` seconds and drifts by up to `TREMOR_PIXELS`, as in a hand.
    Raises CameraError when the folder is missing, holds no picture, or one is damaged.
    """

    def __init__(
        self, folder: Path, dwell: float = DWELL_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if not folder.is_dir():
            raise CameraError(f"{folder}: is not a folder; set 'frames' to a folder of pictures")
        self._paths = list(find_images(folder))
        if not self._paths:
            raise CameraError(f"{folder}: holds no JPEG or PNG picture; set 'frames' to another folder")
        self.name = f"replay of {len(self._paths)} pictures"
        self._dwell, self._clock = dwell, clock
        self._start = clock()
        self._shown: tuple[int, RGBImage] = (0, self._read(0))
        self._ticks = itertools.count()

    def capture(self) -> tuple[RGBImage, dict[str, Any]]:
        """The picture whose turn it is, drifted a little."""
        turn = int((self._clock() - self._start) / self._dwell) % len(self._paths)
        if turn != self._shown[0]:
            self._shown = (turn, self._read(turn))
        return self._drift(self._shown[1]), {"source": self._paths[turn].name}

    def close(self) -> None:
        """Nothing to give back."""

    def _read(self, turn: int) -> RGBImage:
        try:
            return read_image(self._paths[turn])
        except ImageError as error:
            raise CameraError(str(error)) from error

    def _drift(self, picture: RGBImage) -> RGBImage:
        if min(picture.shape[:2]) <= 4 * TREMOR_PIXELS:
            return picture
        tick = next(self._ticks)
        # Two periods without a common divisor: the path takes long to repeat.
        left = round(TREMOR_PIXELS * (1 + math.sin(tick / 5)))
        top = round(TREMOR_PIXELS * (1 + math.sin(tick / 7)))
        margin = 2 * TREMOR_PIXELS
        height, width = picture.shape[:2]
        return np.ascontiguousarray(picture[top : top + height - margin, left : left + width - margin])
