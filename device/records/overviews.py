"""The photograph that shows where on the body an examination was made: kept as its other pictures are."""

import sqlite3
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np

from device.errors import MissingError
from device.images import MOST_PIXELS, RGBImage, encode_jpeg
from device.images.decoder import Decoder
from device.images.head import picture_size
from device.message import Message
from device.records import files
from device.records.database import Database
from device.records.pictures import OVERVIEW, Pictures

LONGEST_SIDE, QUALITY = 2048, 88
"""Pixels and JPEG quality: enough to find a spot again, and a tenth of what a phone makes."""


class Overviews:
    """One photograph an examination at most. All methods raise RecordsError when the disk refuses."""

    def __init__(self, database: Database, pictures: Pictures) -> None:
        self._database, self._pictures = database, pictures

    def path(self, examination_id: str) -> Path:
        """Where it lies, or would."""
        return self._pictures.path(examination_id, OVERVIEW)

    def has(self, examination_id: str) -> bool:
        """Whether there is one."""
        statement = "SELECT 1 FROM picture WHERE examination = ? AND frame = ?"
        return bool(self._database.read(statement, examination_id, OVERVIEW))

    def keep(self, examination_id: str, photograph: bytes) -> None:
        """Keep a phone's JPEG or PNG file, in the place of an earlier one, smaller and without its metadata.

        It is decoded in a process of its own. Raises ImageError for what is no such picture, MissingError
        when there is no such examination.
        """
        data = encode_jpeg(_decode(photograph), QUALITY)
        try:
            self._forget(examination_id)
            files.write_durably({self.path(examination_id): data})
            self._database.write(lambda writer: _insert(writer, examination_id, data))
        except (OSError, sqlite3.Error) as error:
            raise self._refused("photograph_not_kept", error) from error
        except MissingError:
            self._pictures.remove(examination_id, [OVERVIEW])
            raise

    def remove(self, examination_id: str) -> None:
        """Delete it; one that isn't there is no error."""
        try:
            self._forget(examination_id)
            self._pictures.remove(examination_id, [OVERVIEW])
        except (OSError, sqlite3.Error) as error:
            raise self._refused("not_deleted", error) from error

    def _forget(self, examination_id: str) -> None:
        # Its hash first: what is written next is not to be taken for a damaged earlier one.
        self._database.write(
            lambda writer: writer.execute(
                "DELETE FROM picture WHERE examination = ? AND frame = ?", (examination_id, OVERVIEW)
            )
        )

    def _refused(self, what: str, error: Exception) -> Exception:
        return self._database.card.refusal(Message(what), error, "try_again")


def _insert(writer: sqlite3.Connection, examination_id: str, data: bytes) -> None:
    if not writer.execute("SELECT 1 FROM examination WHERE id = ?", (examination_id,)).fetchone():
        raise MissingError("no_such_examination")
    writer.execute(
        "REPLACE INTO picture (examination, frame, sha256, bytes) VALUES (?, ?, ?, ?)",
        (examination_id, OVERVIEW, sha256(data).digest(), len(data)),
    )


def _decode(photograph: bytes) -> RGBImage:
    """Its pixels, the longer side at most `LONGEST_SIDE`, turned as the phone says it was held."""
    longest = max(picture_size(photograph, "photograph"))
    reduced = next((each for each in (8, 4, 2) if longest >= each * LONGEST_SIDE), 1)
    with Decoder(MOST_PIXELS) as decoder:
        pixels = decoder.decode(photograph, "photograph", reduced)
    share = LONGEST_SIDE / max(pixels.shape[:2])
    if share >= 1:
        return pixels
    height, width = (max(1, round(side * share)) for side in pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
