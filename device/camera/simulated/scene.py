"""What the simulated camera looks at: real pictures, behind a lens, in what light there is."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.camera.simulated.modules import Size
from device.errors import ImageError, PermanentCameraError
from device.images import RGBImage, find_images, read_image

DARK = 0.002
"""What light there is without the ring light, as a share of that: a dermatoscope is closed."""

DWELL_SECONDS = 4.0
"""How long a picture stays."""

SUBJECT_DIOPTRES = 5.6
"""How near skin looks behind the close-up lens at 18 mm, see docs/hardware.md."""

_GAMMA = 2.2
_BLUR_PER_DIOPTRE = 0.006
"""The spread of a point, as a share of the picture's width, for each dioptre that the lens is off: a model's
choice, which makes two dioptres a picture that is refused."""


@dataclass
class Scene:
    """Pictures of a folder, each for a while, lit by `light` (0 dark, 1 the ring light).

    While it is lit the hand trembles, and goes on to the next; in the dark the device lies still.
    """

    folder: Path
    light: Callable[[], float] = lambda: 1.0
    subject: float = SUBJECT_DIOPTRES
    still: bool = False
    dwell: float = DWELL_SECONDS
    _paths: list[Path] = field(default_factory=list)
    _shown: int = 0
    _read: dict[Size, tuple[int, RGBImage]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise PermanentCameraError without a picture."""
        self._paths = list(find_images(self.folder)) if self.folder.is_dir() else []
        if not self._paths:
            raise PermanentCameraError("no_frames_in_folder", folder=self.folder)

    @property
    def illumination(self) -> float:
        """The light there is."""
        return max(DARK, self.light())

    def picture(self, moment: float, size: Size) -> RGBImage:
        """What a perfect camera would see at a moment: the picture's 4:3 field in this size."""
        moves = not self.still and self.light() > DARK
        if moves:
            self._shown = int(moment / self.dwell) % len(self._paths)
        turn = self._shown
        if self._read.get(size, (-1,))[0] != turn:
            self._read[size] = (turn, self._read_picture(turn, size))
        picture = self._read[size][1]
        if not moves:
            return picture
        step = size[0] / 300
        move = np.array(
            [[1, 0, step * math.sin(2 * math.pi * moment)], [0, 1, step * math.sin(4.3 * moment)]], np.float32
        )
        # By whole pixels a hand would not blur what it moves.
        return np.asarray(
            cv2.warpAffine(
                picture, np.rint(move), size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT
            ),
            np.uint8,
        )

    def _read_picture(self, turn: int, size: Size) -> RGBImage:
        try:
            picture = read_image(self._paths[turn])
        except ImageError as error:
            raise PermanentCameraError(error.message) from error
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def develop(
    picture: RGBImage, brightness: float, off_by: float, cast: tuple[float, float] = (1.0, 1.0)
) -> RGBImage:
    """A picture in so many times its light, `off_by` dioptres out of focus, red and blue times `cast`."""
    if off_by > 0.05:
        # Of a small copy: what is so soft looks the same, and it is soon done.
        height, width = picture.shape[:2]
        blurred = cv2.resize(picture, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
        spread = max(0.3, off_by * _BLUR_PER_DIOPTRE * width / 4)
        picture = np.asarray(cv2.resize(cv2.GaussianBlur(blurred, (0, 0), spread), (width, height)), np.uint8)
    if abs(brightness - 1) < 0.005 and max(abs(each - 1) for each in cast) < 0.005:
        return picture
    table = np.stack([_curve(brightness * each) for each in (cast[0], 1.0, cast[1])], axis=-1)
    return np.asarray(cv2.LUT(picture, table[np.newaxis]), np.uint8)


def _curve(light: float) -> NDArray[np.uint8]:
    """What each grey level becomes when so many times the light falls on it."""
    levels = (np.arange(256) / 255) ** _GAMMA * light
    return np.rint(255 * np.clip(levels, 0, 1) ** (1 / _GAMMA)).astype(np.uint8)
