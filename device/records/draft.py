"""An examination in the making: its frames go to disk while the burst is still being taken."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

from device.errors import RecordsError
from device.examination import Examination
from device.images import RGBImage, encode_jpeg
from device.records import files

JPEG_QUALITY = 92
THUMBNAIL_WIDTH = 240


class Draft:
    """Use as a context manager: what isn't saved when it ends leaves nothing behind.

    `place` names the file of a frame by its number, and `insert` writes the row.
    """

    def __init__(
        self, place: Callable[[int], Path], thumbnail: Path, insert: Callable[[Examination], None]
    ) -> None:
        self._place, self._thumbnail, self._insert = place, thumbnail, insert
        self._small: dict[int, bytes] = {}
        self._saved = False

    def __enter__(self) -> "Draft":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._saved:
            files.remove([self._thumbnail, *map(self._place, self._small)])

    def add(self, number: int, pixels: RGBImage) -> None:
        """Write frame `number` of the burst, synced; threads may add at once. Raises RecordsError."""
        self._small[number] = encode_jpeg(_shrink(pixels), JPEG_QUALITY)
        try:
            files.write_unfinished(self._place(number), encode_jpeg(pixels, JPEG_QUALITY))
        except OSError as error:
            raise _refused(error) from error

    def save(self, examination: Examination) -> None:
        """Keep the frames and the examination; when this returns, a loss of power can't undo it.

        Raises RecordsError when the disk refuses.
        """
        try:
            files.write_unfinished(self._thumbnail, self._small[examination.best])
            files.finish([self._thumbnail, *map(self._place, sorted(self._small))])
            self._insert(examination)
        except (OSError, sqlite3.Error) as error:
            raise _refused(error) from error
        self._saved = True


def _refused(error: Exception) -> RecordsError:
    return RecordsError(f"the examination could not be saved ({error}); free some space")


def _shrink(pixels: RGBImage) -> RGBImage:
    height, width = pixels.shape[:2]
    small = (THUMBNAIL_WIDTH, max(1, round(THUMBNAIL_WIDTH * height / width)))
    return np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
