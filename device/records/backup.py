"""Everything as one file, and back.

A backup is a tar file: the database as it was at one moment, every picture it names, and last a
manifest, so that a file that was cut short is known by its lack. It holds persons: keep it safe.
"""

import logging
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from device.errors import RecordsError
from device.images import MOST_KEPT_PIXELS
from device.images.head import is_jpeg
from device.message import Message
from device.records import files
from device.records.archive import (
    BESIDE,
    DATABASE,
    IMAGES,
    Members,
    check,
    content,
    extract,
    pack,
    read_manifest,
)
from device.records.card import Card
from device.records.database import Database
from device.records.foreign import rebuild
from device.records.merge import attached, list_missing, merge, transaction
from device.records.migrations import back_up
from device.records.pictures import Pictures

log = logging.getLogger(__name__)


OnProgress = Callable[[int, int], None]

_PIECE_BYTES = 64 * 1024
_MARGIN = 4 << 20
"""Bytes that stay free where the database is copied to."""


@dataclass(frozen=True)
class Restored:
    """How many examinations came back, and what the backup holds damaged or not at all, and why."""

    examinations: int
    damaged: tuple[Message, ...] = ()


class Backups:
    """Backups of a database and its pictures. All methods raise RecordsError when it can't be done."""

    def __init__(self, database: Database, pictures: Pictures, folder: Path) -> None:
        self._database, self._pictures, self._folder = database, pictures, folder
        self._taken = folder / "taken"

    @property
    def taken_at(self) -> datetime | None:
        """When a backup was last made to be carried elsewhere, or None."""
        try:
            return datetime.fromtimestamp(self._taken.stat().st_mtime, UTC)
        except OSError:
            return None

    def write(self, path: Path) -> int:
        """Write everything into one file, also while the device runs; how many examinations it holds.

        The file is whole or not there.
        """
        unfinished, copy = path.with_name(path.name + ".part"), path.with_name(path.name + ".database")
        with Card(path.parent).explain(Message("backup_not_written", path=str(path)), "free_space_there"):
            try:
                with closing(self._database.connect()) as source:
                    back_up(source, copy)
                unfinished.touch(mode=0o600)
                with unfinished.open("wb") as file:
                    count = pack(copy, self._pictures, self._state, file)
                files.sync(unfinished)
                unfinished.replace(path)
                files.sync_folder(path.parent)
                self._note_taken()
            finally:
                copy.unlink(missing_ok=True)
                unfinished.unlink(missing_ok=True)
        return count

    def stream(self) -> Iterator[bytes]:
        """Everything piece by piece, also while the device runs, in no more room than the database takes.

        Where it is cut short the manifest is missing, and `restore` refuses it.
        """
        with (
            self._database.card.explain(Message("backup_not_made")),
            files.room(self._folder, self._database.path.stat().st_size + _MARGIN) as room,
        ):
            copy = room / DATABASE
            with closing(self._database.connect()) as source:
                back_up(source, copy)
            read, write = os.pipe()
            packing = threading.Thread(target=self._pour, args=(copy, write), name="backup")
            packing.start()
            try:
                with os.fdopen(read, "rb") as pieces:
                    while piece := pieces.read(_PIECE_BYTES):
                        yield piece
            finally:
                packing.join()

    def _pour(self, copy: Path, pipe: int) -> None:
        try:
            with os.fdopen(pipe, "wb") as sink:
                pack(copy, self._pictures, self._state, sink)
        except BrokenPipeError:
            log.info("the backup was no longer wanted")
        except (OSError, sqlite3.Error, tarfile.TarError) as error:
            log.error("the backup was cut short (%s)", error)
        else:
            self._note_taken()

    def _note_taken(self) -> None:
        # The backup is good without it.
        with suppress(OSError):
            files.make_private_folder(self._folder)
            self._taken.touch()

    def restore(self, path: Path, report_progress: OnProgress = lambda done, total: None) -> Restored:
        """Bring back what a backup file holds, also while the device runs; what is here stays.

        `report_progress` gets how many of how many pictures were looked at.
        """
        self._database.card.refuse_new(Message("backup_not_restored"))
        with (
            self._database.card.explain(Message("backup_not_restored")),
            tarfile.open(path, "r:") as archive,
            files.room(self._folder) as room,
        ):
            members = check(archive)
            foreign, copy = room / "foreign.sqlite3", room / DATABASE
            extract(archive, members[DATABASE], foreign)
            left_out = rebuild(foreign, copy, lambda: report_progress(0, 0))
            with attached(self._database, copy) as connection:
                self._put_beside(archive, members)
                restored = self._unpack(archive, members, connection, report_progress)
        return replace(restored, damaged=(*left_out, *restored.damaged))

    def _put_beside(self, archive: tarfile.TarFile, members: Members) -> None:
        """Settings and calibrations of the backup, unless this device has its own."""
        has = {name for name in ("settings.toml", "optics") if (self._state / name).exists()}
        for name, member in members.items():
            place = self._state / name
            if BESIDE.fullmatch(name) and name.split("/")[0] not in has:
                if place.parent != self._state:
                    files.make_private_folder(place.parent)
                files.write_durably({place: content(archive, member)})
                files.give_to_owner(place)

    @property
    def _state(self) -> Path:
        return self._folder.parent

    def _unpack(
        self,
        archive: tarfile.TarFile,
        members: Members,
        connection: sqlite3.Connection,
        report_progress: OnProgress,
    ) -> Restored:
        left_out = set(read_manifest(archive, members)["left_out"])
        missing = list_missing(connection)
        rows = [(each,) for each in missing]
        with transaction(connection):
            # Should this be cut short, the next start clears what came without its row.
            connection.executemany("INSERT OR IGNORE INTO main.unsettled VALUES (?)", rows)
        try:
            gone, damaged = self._unpack_pictures(archive, members, connection, left_out, report_progress)
        except BaseException:
            # Cancelled, or cut short: none of its examinations has its row yet.
            with suppress(OSError, sqlite3.Error):
                self._pictures.remove_all(missing)
                with transaction(connection):
                    connection.executemany("DELETE FROM main.unsettled WHERE id = ?", rows)
            raise
        # What was deleted while the backup was written doesn't come back by it.
        wanted = [each for each in missing if each not in gone]
        merge(connection, wanted)
        return Restored(len(wanted), tuple(damaged))

    def _unpack_pictures(
        self,
        archive: tarfile.TarFile,
        members: Members,
        connection: sqlite3.Connection,
        left_out: set[str],
        report_progress: OnProgress,
    ) -> tuple[set[str], list[Message]]:
        """Put pictures in their places; ids whose pictures were left out, and what is damaged."""
        gone: set[str] = set()
        damaged: list[Message] = []
        total = connection.execute("SELECT count(*) FROM copy.picture").fetchone()[0]
        pictures = connection.execute("SELECT examination, frame, sha256 FROM copy.picture")
        for done, (examination, frame, digest) in enumerate(pictures):
            report_progress(done, total)
            place = self._pictures.path(examination, frame)
            # SQLite lets a number be a text.
            if place.parent != self._pictures.folder:
                raise RecordsError("backup_picture_name")
            if place.name in left_out:
                gone.add(examination)
            elif not _is_there(place, digest):
                member = members.get(f"{IMAGES}/{place.name}")
                data = content(archive, member) if member else b""
                if digest not in (None, sha256(data).digest()) or not is_jpeg(data, MOST_KEPT_PIXELS):
                    damaged.append(Message("picture_left_out", name=place.name))
                    continue
                self._database.card.refuse_new(Message("backup_not_restored"))
                files.write_durably({place: data})
                files.give_to_owner(place)
        return gone, damaged


def _is_there(path: Path, digest: bytes | None) -> bool:
    with suppress(OSError):
        data = path.read_bytes()
        return digest in (None, sha256(data).digest())
    return False
