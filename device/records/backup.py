"""Everything as one file, and back; and the daily copy of the database that a damaged one is restored from.

A backup is a tar file: the database as it was at one moment, every picture it names, and last a
manifest, so that a file that was cut short is known by its lack. It holds persons: keep it safe.
"""

import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from device.errors import RecordsError
from device.records import files
from device.records.database import Database
from device.records.merge import list_missing, merge_examinations, merge_persons
from device.records.migrations import back_up, migrate
from device.records.pictures import Pictures
from device.records.salvage import salvage
from device.serialization import NOT_A_DEVICE

FORMAT = "dermapoint backup 1"
_DATABASE, _IMAGES, _MANIFEST = "records.sqlite3", "images", "manifest.json"
_BATCH = 100
"""So many rows at once, so that a press in the middle of it hardly waits."""


@dataclass(frozen=True)
class Offer:
    """A copy of the database that can be restored: when it was made, and how many examinations it holds."""

    path: Path
    made_at: datetime
    examinations: int


@dataclass(frozen=True)
class Restored:
    """How many examinations came back, and the pictures that the backup holds damaged or not at all."""

    examinations: int
    damaged: tuple[str, ...] = ()


class Backups:
    """Backups of a database and its pictures. All methods raise RecordsError when it can't be done."""

    def __init__(self, database: Database, pictures: Pictures, folder: Path) -> None:
        self._database, self._pictures, self._folder = database, pictures, folder
        self._last_good = folder / "last-good.sqlite3"

    def keep(self) -> None:
        """Take the daily copy of the database, if it is sound."""
        damage = self._database.find_damage()
        if damage:
            raise RecordsError(f"the records are damaged ({damage}); restore the last good backup")
        with _told("the daily copy could not be made"), closing(self._database.connect()) as source:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            back_up(source, self._last_good)

    def offer(self) -> Offer | None:
        """The last daily copy, or None."""
        try:
            made_at = datetime.fromtimestamp(self._last_good.stat().st_mtime, UTC)
            with closing(sqlite3.connect(f"file:{self._last_good}?mode=ro", uri=True)) as copy:
                count = copy.execute("SELECT count(*) FROM examination").fetchone()[0]
        except (OSError, sqlite3.Error):
            return None
        return Offer(self._last_good, made_at, count)

    def recover(self) -> Restored:
        """Bring back what can still be read of damaged databases, and what the last daily copy holds.

        What was added since stays; the damaged ones are then deleted.
        """
        damaged = self._database.set_aside()
        if not damaged and self.offer() is None:
            raise RecordsError("there is no daily copy to restore; restore a backup file")
        count = 0
        with _told("the records could not be restored"), self._room() as room:
            # The damaged first, since it is the newer.
            for number, path in enumerate(damaged):
                copy = room / f"{number}.sqlite3"
                salvage(path, copy)
                count += self._merge_from(copy)
            if self.offer():
                count += self._merge_from(self._last_good)
            for path in damaged:
                for each in path.parent.glob(path.name + "*"):
                    each.unlink()
        return Restored(count)

    def write(self, path: Path) -> int:
        """Write everything into one file, also while the device runs; how many examinations it holds.

        The file is whole or not there.
        """
        unfinished, copy = path.with_name(path.name + ".part"), path.with_name(path.name + ".database")
        with _told(f"{path}: the backup could not be written", "free some space there"):
            try:
                with closing(self._database.connect()) as source:
                    back_up(source, copy)
                unfinished.touch(mode=0o600)
                count = self._pack(copy, unfinished)
                files.sync(unfinished)
                unfinished.replace(path)
                files.sync_folder(path.parent)
            finally:
                copy.unlink(missing_ok=True)
                unfinished.unlink(missing_ok=True)
        return count

    def restore(self, path: Path) -> Restored:
        """Bring back what a backup file holds, also while the device runs; what is here stays."""
        with (
            _told(f"{path}: the backup could not be restored"),
            tarfile.open(path, "r:") as archive,
            self._room() as room,
        ):
            members = _check(archive, path)
            copy = room / _DATABASE
            _extract(archive, members[_DATABASE], copy)
            _bring_up_to_date(copy)
            with self._beside(copy) as connection:
                return self._unpack(archive, members, connection)

    def _merge_from(self, copy: Path) -> int:
        with self._beside(copy) as connection:
            # Their pictures still lie where they were.
            missing = list_missing(connection)
            _merge(connection, missing)
        return len(missing)

    def _pack(self, copy: Path, target: Path) -> int:
        left_out = []
        with tarfile.open(target, "w") as archive, closing(sqlite3.connect(copy)) as database:
            archive.add(copy, _DATABASE)
            for examination, frame in database.execute("SELECT examination, frame FROM picture"):
                picture = self._pictures.path(examination, frame)
                try:
                    archive.add(picture, f"{_IMAGES}/{picture.name}")
                except FileNotFoundError:
                    # Deleted while we were on our way to it, or lost; the manifest tells.
                    left_out.append(picture.name)
            count = int(database.execute("SELECT count(*) FROM examination").fetchone()[0])
            manifest = {
                "format": FORMAT,
                "made_at": datetime.now(UTC).isoformat(),
                "examinations": count,
                "left_out": left_out,
                "notice": NOT_A_DEVICE,
            }
            data = json.dumps(manifest, indent=2).encode()
            entry = tarfile.TarInfo(_MANIFEST)
            entry.size = len(data)
            archive.addfile(entry, BytesIO(data))
        return count

    def _unpack(
        self, archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo], connection: sqlite3.Connection
    ) -> Restored:
        manifest = json.loads(_content(archive, members[_MANIFEST]))
        left_out = set(manifest["left_out"])
        missing = list_missing(connection)
        rows = [(each,) for each in missing]
        with _transaction(connection):
            # Should this be cut short, the next start clears what came without its row.
            connection.executemany("INSERT OR IGNORE INTO main.unsettled VALUES (?)", rows)
        damaged, gone = [], set()
        for examination, frame, digest in connection.execute(
            "SELECT examination, frame, sha256 FROM copy.picture"
        ):
            place = self._pictures.path(examination, frame)
            if place.name in left_out:
                gone.add(examination)
            elif not _is_there(place, digest):
                member = members.get(f"{_IMAGES}/{place.name}")
                data = _content(archive, member) if member else b""
                if not data or digest not in (None, sha256(data).digest()):
                    damaged.append(place.name)
                    continue
                files.write_durably({place: data})
                files.give_to_owner(place)
        # What was deleted while the backup was written doesn't come back by it.
        wanted = [each for each in missing if each not in gone]
        _merge(connection, wanted)
        return Restored(len(wanted), tuple(damaged))

    @contextmanager
    def _room(self) -> Iterator[Path]:
        """A folder to work in, on the disk of the records, gone afterwards."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with TemporaryDirectory(dir=self._folder) as room:
            yield Path(room)

    @contextmanager
    def _beside(self, copy: Path) -> Iterator[sqlite3.Connection]:
        """A connection of its own to the database, with the copy attached as `copy`."""
        with closing(self._database.connect()) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("ATTACH ? AS copy", (str(copy),))
            yield connection


def _merge(connection: sqlite3.Connection, wanted: list[str]) -> None:
    with _transaction(connection):
        merge_persons(connection)
    for start in range(0, len(wanted), _BATCH):
        with _transaction(connection):
            merge_examinations(connection, wanted[start : start + _BATCH])


def _check(archive: tarfile.TarFile, path: Path) -> dict[str, tarfile.TarInfo]:
    members = {member.name: member for member in archive}
    if _MANIFEST not in members or _DATABASE not in members:
        raise RecordsError(f"{path}: this is no backup, or a part of it is missing; take another")
    told = json.loads(_content(archive, members[_MANIFEST])).get("format")
    if told != FORMAT:
        raise RecordsError(
            f"{path}: this is a '{told}', and not a '{FORMAT}'; a newer Dermapoint may read it"
        )
    return members


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    return stream.read() if stream else b""


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """As `_content`, for what may be larger than the memory."""
    stream = archive.extractfile(member)
    with target.open("wb") as file:
        if stream:
            shutil.copyfileobj(stream, file)


def _bring_up_to_date(copy: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        migrate(database, copy.with_name(copy.name + "-before"))


def _is_there(path: Path, digest: bytes | None) -> bool:
    with suppress(OSError):
        data = path.read_bytes()
        return digest in (None, sha256(data).digest())
    return False


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def _told(what: str, advice: str = "nothing was lost here") -> Iterator[Any]:
    try:
        yield
    except (OSError, sqlite3.Error, tarfile.TarError, ValueError) as error:
        raise RecordsError(f"{what} ({error}); {advice}") from error
