"""Examinations on disk: an SQLite table and JPEG files. Nothing else writes to disk."""

import json
import os
import sqlite3
import threading
from pathlib import Path

from device.errors import RecordsError
from device.examination import Examination
from device.images import RGBImage
from device.records.draft import Draft
from device.records.files import remove_leftovers
from device.serialization import examination_from_json, examination_to_json

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

    def draft(self, examination_id: str) -> Draft:
        """A place for the frames of a burst, and then for the examination of this id."""
        return Draft(
            lambda number: self.image_path(examination_id, number),
            self.thumbnail_path(examination_id),
            self._insert,
        )

    def save(self, examination: Examination, *frames: RGBImage) -> None:
        """Write an examination and its frames; when this returns, a loss of power can't undo it.

        Raises RecordsError, and leaves nothing behind, when the disk refuses.
        """
        with self.draft(examination.id) as draft:
            for number, pixels in enumerate(frames):
                draft.add(number, pixels)
            draft.save(examination)

    def update(self, examination: Examination) -> None:
        """Write what has changed in an examination that was saved before. Raises RecordsError."""
        row = (examination.finding.triage.value, _document(examination), examination.id)
        try:
            with self._lock, self._database:
                self._database.execute("UPDATE examination SET triage = ?, document = ? WHERE id = ?", row)
        except sqlite3.Error as error:
            raise RecordsError(f"the examination could not be changed ({error}); free some space") from error

    def get(self, examination_id: str) -> Examination | None:
        """The examination with this id, or None."""
        found = self._query("SELECT document FROM examination WHERE id = ?", examination_id)
        return found[0] if found else None

    def recent(self, count: int, before: str | None = None) -> list[Examination]:
        """Up to `count` examinations, newest first; with `before` an id, only older ones."""
        return self._query(
            "SELECT document FROM examination WHERE id < ? ORDER BY id DESC LIMIT ?", before or "~", count
        )

    def image_path(self, examination_id: str, number: int = 0) -> Path:
        """Where frame `number` of the examination lies, a JPEG file of the camera's size."""
        return self._images / (f"{examination_id}.{number}.jpg" if number else f"{examination_id}.jpg")

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

    def _insert(self, examination: Examination) -> None:
        row = (
            examination.id,
            examination.taken_at.isoformat(),
            examination.finding.triage.value,
            _document(examination),
        )
        with self._lock, self._database:
            self._database.execute(
                "INSERT INTO examination (id, taken_at, triage, document) VALUES (?, ?, ?, ?)", row
            )

    def _query(self, statement: str, *values: object) -> list[Examination]:
        try:
            with self._lock:
                rows = self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise RecordsError(f"the records can't be read ({error})") from error
        return [examination_from_json(json.loads(document)) for (document,) in rows]


def _document(examination: Examination) -> str:
    return json.dumps(examination_to_json(examination))


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
