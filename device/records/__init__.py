"""Examinations on disk: an SQLite table and two JPEG files each. Nothing else writes to disk."""

import json
import os
import sqlite3
import threading
from pathlib import Path

import cv2
import numpy as np

from device.errors import RecordsError
from device.examination import Examination
from device.images import RGBImage, encode_jpeg
from device.records.files import remove_leftovers, write_durably
from device.serialization import examination_from_json, examination_to_json

JPEG_QUALITY = 92
THUMBNAIL_WIDTH = 240
_SCHEMA = Path(__file__).with_name("schema.sql")


class Records:
    """All examinations below one folder.

    A picture is on disk, synced and in its place, before the row that names it; so a
    row that can be read always has its picture, also after the plug was pulled.
    Raises RecordsError when the folder or its database can't be used.
    """

    def __init__(self, folder: Path) -> None:
        self._images = folder / "images"
        self._lock = threading.Lock()
        try:
            self._images.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self._images)
            self._database = _open_database(folder / "records.sqlite3")
        except (OSError, sqlite3.Error) as error:
            raise RecordsError(f"{folder}: the records can't be opened ({error})") from error

    def save(self, examination: Examination, pixels: RGBImage) -> None:
        """Write an examination and its frame; when this returns, a loss of power can't undo it.

        Raises RecordsError, and leaves nothing behind, when the disk refuses.
        """
        height, width = pixels.shape[:2]
        small = (THUMBNAIL_WIDTH, max(1, round(THUMBNAIL_WIDTH * height / width)))
        thumbnail = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
        pictures = {
            self.image_path(examination.id): encode_jpeg(pixels, JPEG_QUALITY),
            self.thumbnail_path(examination.id): encode_jpeg(thumbnail, JPEG_QUALITY),
        }
        try:
            write_durably(pictures)
            with self._lock, self._database:
                self._database.execute(
                    "INSERT INTO examination (id, taken_at, triage, document) VALUES (?, ?, ?, ?)",
                    (
                        examination.id,
                        examination.taken_at.isoformat(),
                        examination.finding.triage.value,
                        json.dumps(examination_to_json(examination)),
                    ),
                )
        except (OSError, sqlite3.Error) as error:
            for path in pictures:
                path.unlink(missing_ok=True)
            raise RecordsError(f"the examination could not be saved ({error}); free some space") from error

    def get(self, examination_id: str) -> Examination | None:
        """The examination with this id, or None."""
        found = self._query("SELECT document FROM examination WHERE id = ?", examination_id)
        return found[0] if found else None

    def recent(self, count: int, before: str | None = None) -> list[Examination]:
        """Up to `count` examinations, newest first; with `before` an id, only older ones."""
        return self._query(
            "SELECT document FROM examination WHERE id < ? ORDER BY id DESC LIMIT ?", before or "~", count
        )

    def image_path(self, examination_id: str) -> Path:
        """Where the examination's frame lies, a JPEG file of the camera's size."""
        return self._images / f"{examination_id}.jpg"

    def thumbnail_path(self, examination_id: str) -> Path:
        """Where its small picture lies, a JPEG file 240 pixels wide."""
        return self._images / f"{examination_id}.small.jpg"

    def free_bytes(self) -> int:
        """The space left where the records lie."""
        space = os.statvfs(self._images)
        return space.f_bavail * space.f_frsize

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def _query(self, statement: str, *values: object) -> list[Examination]:
        try:
            with self._lock:
                rows = self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise RecordsError(f"the records can't be read ({error})") from error
        return [examination_from_json(json.loads(document)) for (document,) in rows]


def _open_database(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False)
    try:
        # WAL with FULL: a commit that returned survives a loss of power (sqlite.org/wal.html).
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(_SCHEMA.read_text())
    except sqlite3.Error:
        database.close()
        raise
    return database
