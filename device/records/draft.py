"""An examination in the making: its frames go to disk while the burst is still being taken."""

import sqlite3
import threading
from collections.abc import Callable
from hashlib import sha256
from types import TracebackType
from typing import Protocol

import cv2
import numpy as np

from device.errors import RecordsError
from device.examination import Examination
from device.images import RGBImage, encode_jpeg
from device.message import Message
from device.records import files
from device.records.card import Card
from device.records.lesions import assign_new
from device.records.opinions import withhold
from device.records.pictures import THUMBNAIL, Pictures

JPEG_QUALITY = 92
THUMBNAIL_WIDTH = 240

Kept = dict[int, tuple[bytes, int]]
"""SHA-256 and size of the pictures of an examination, by the number of the frame."""


class Ledger(Protocol):
    """What a draft tells the database."""

    def begin(self, examination_id: str) -> None:
        """Files of this id may come, and are to be removed unless its row does. Raises sqlite3.Error."""

    def insert(
        self, examination: Examination, kept: Kept, more: Callable[[sqlite3.Connection], object]
    ) -> None:
        """The row, and with it the files are to stay; `more` is done with it. Raises sqlite3.Error."""

    def settle(self, examination_id: str) -> None:
        """The files of this id are gone. Raises sqlite3.Error."""


class Draft:
    """Use as a context manager: what isn't saved when it ends leaves nothing behind."""

    def __init__(self, examination_id: str, pictures: Pictures, ledger: Ledger, card: Card) -> None:
        self._id, self._pictures, self._ledger, self._card = examination_id, pictures, ledger, card
        self._beginning = threading.Lock()
        self._begun = self._saved = False
        self._small: dict[int, bytes] = {}
        self._kept: Kept = {}

    def __enter__(self) -> "Draft":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun and not self._saved:
            try:
                # A commit that failed may still be in the log; only one after it says that it isn't.
                self._ledger.begin(self._id)
                self._pictures.remove(self._id, [THUMBNAIL, *self._small])
                self._ledger.settle(self._id)
            except (OSError, sqlite3.Error):
                # The database still knows of them, and they go at the next start.
                pass

    def add(self, number: int, pixels: RGBImage) -> None:
        """Write frame `number` of the burst, synced; threads may add at once. Raises RecordsError."""
        try:
            with self._beginning:
                if not self._begun:
                    self._ledger.begin(self._id)
                    self._begun = True
            self._small[number] = encode_jpeg(shrink(pixels), JPEG_QUALITY)
            self._write(number, encode_jpeg(pixels, JPEG_QUALITY))
        except (OSError, sqlite3.Error) as error:
            raise self._refused(error) from error

    def save(
        self, examination: Examination, person: str = "", lesion: str = "", withhold_finding: bool = False
    ) -> None:
        """Keep the frames and the examination; when this returns, a loss of power can't undo it.

        It shows the lesion, or a new one of the person (ids; empty: not known). With `withhold_finding` it
        waits for an examiner's opinion. Raises RecordsError when the disk refuses.
        """
        try:
            self._write(THUMBNAIL, self._small[examination.best])
            files.finish([self._pictures.path(self._id, number) for number in sorted(self._kept)])
            self._ledger.insert(
                examination, self._kept, lambda writer: self._note(writer, person, lesion, withhold_finding)
            )
        except (OSError, sqlite3.Error) as error:
            raise self._refused(error) from error
        self._saved = True

    def _note(self, writer: sqlite3.Connection, person: str, lesion: str, withhold_finding: bool) -> None:
        assign_new(writer, self._id, person, lesion)
        if withhold_finding:
            withhold(writer, self._id)

    def _refused(self, error: Exception) -> RecordsError:
        return self._card.refusal(Message("examination_not_saved"), error, "press_again")

    def _write(self, number: int, data: bytes) -> None:
        files.write_unfinished(self._pictures.path(self._id, number), data)
        self._kept[number] = (sha256(data).digest(), len(data))


def shrink(pixels: RGBImage) -> RGBImage:
    """The small picture of a frame, `THUMBNAIL_WIDTH` pixels wide."""
    height, width = pixels.shape[:2]
    small = (THUMBNAIL_WIDTH, max(1, round(THUMBNAIL_WIDTH * height / width)))
    return np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
