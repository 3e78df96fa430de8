"""The database below the records: opened, kept apart from other daemons, and set aside when damaged."""

import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from device.errors import RecordsError
from device.message import Message
from device.records import files
from device.records.announced import Announced
from device.records.card import Card, CardFault, error_of
from device.records.hashes import add_functions
from device.records.migrations import BEFORE, NEWEST, migrate, version_of
from device.records.reading import ReadOnlyCopy, connect_read_only
from device.records.reserve import Reserve

T = TypeVar("T")

NAME = "records.sqlite3"
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PATIENCE_SECONDS = 5.0
CHECKED_AT_START = 32 << 20
"""Bytes; a larger database would keep the device waiting, and the caretaker checks it later."""

log = logging.getLogger(__name__)


class Database:
    """One connection to write and one to read, so that a long search never holds up a press.

    With an `exclusive` lock it is the only one of its kind on this folder, as the running device is,
    and may clear what others would leave behind; without, it works beside a running device. Where
    the card can only be read, it is `read_only`. Raises RecordsError when it can't be opened.
    `store` says which database it is; `migrated` is true when it was of another version until now;
    damaged ones lie in the folder `aside`.
    """

    def __init__(self, folder: Path, exclusive: bool = True, card: Card | None = None) -> None:
        self.folder, self.path = folder, folder / NAME
        self.card = card or Card(folder)
        self.aside = folder / "damaged"
        self.announced = Announced(folder)
        self.migrated = self.read_only = self.owned = False
        self.store = ""
        self._writing, self._reading = threading.RLock(), threading.Lock()
        self._lock_file = -1
        self._copy: ReadOnlyCopy | None = None
        if self.card.fault is CardFault.READ_ONLY:
            self._open_read_only()
            return
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._lock_file = os.open(folder / "records.lock", flags, 0o644)
        try:
            self.owned = self._take_lock(_PATIENCE_SECONDS if exclusive else 0)
            if exclusive and not self.owned:
                raise RecordsError("records_in_use")
            self._open()
            if not exclusive:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)
                self.owned = False
        except BaseException:
            os.close(self._lock_file)
            raise

    def read(self, statement: str, *values: object, **named: object) -> list[Any]:
        """All rows of a SELECT, with values by place or by name. Raises RecordsError."""
        try:
            with self._reading:
                return self._read(statement, named or values)
        except sqlite3.Error as error:
            self._meet_damage(error)
            raise self.card.refusal(Message("records_unreadable"), error) from error

    def write(self, work: Callable[[sqlite3.Connection], T], again: bool = False) -> T:
        """What `work` returns, done in one transaction: all of it is kept, or nothing.

        What is kept survives a loss of power. With `again` it is tried once more on the new
        database when this one turns out to be damaged. Raises sqlite3.Error, and CardReadOnlyError.
        """
        self._refuse_if_read_only()
        Reserve(self.card).release_if_needed()
        with self._writing:
            try:
                with self._transaction() as writer:
                    return work(writer)
            except sqlite3.Error as error:
                if not (self._meet_damage(error) and again):
                    raise
            with self._transaction() as writer:
                return work(writer)

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """The writing connection outside of a transaction, while nobody reads: to tidy up."""
        self._refuse_if_read_only()
        with self._writing, self._reading:
            yield self._writer

    def give_back_free_pages(self) -> bool:
        """Make what was deleted unreadable, and the file smaller; False when someone still reads it.

        Deleted cells are overwritten at once (secure_delete); older copies of their pages lie in
        the write-ahead log until it is cut to nothing (sqlite.org/wal.html). Raises sqlite3.Error.
        """
        with self.alone() as writer:
            # A script runs to its end; a statement without columns would stop after one page.
            writer.executescript("PRAGMA incremental_vacuum")
            busy: int = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def find_damage(self) -> str:
        """What SQLite's own full check finds wrong, or nothing. A damaged one is set aside."""
        try:
            with closing(self.connect()) as connection:
                _check(connection, "integrity_check")
        except sqlite3.Error as error:
            self._meet_damage(error)
            return str(error)
        return ""

    def set_aside(self) -> list[Path]:
        """The damaged databases that were set aside and not brought back yet, oldest first."""
        return sorted(path for path in self.aside.glob("*.sqlite3") if not path.name.startswith("access-"))

    def highest_number(self) -> int:
        """The highest number that an examination here was ever given. Raises RecordsError."""
        rows = self.read("SELECT seq FROM sqlite_sequence WHERE name = 'examination'")
        return int(rows[0][0]) if rows else 0

    def connect(self) -> sqlite3.Connection:
        """Another connection, for the caller to close: for what takes long. Raises sqlite3.Error."""
        if self.read_only:
            return self._prepare(connect_read_only(self._copy.path if self._copy else self.path))
        connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return self._prepare(connection)

    def close(self) -> None:
        """Close it; others may own it then."""
        with self._writing, self._reading:
            self._close_connections()
            if self._lock_file >= 0:
                os.close(self._lock_file)
            self._lock_file = -1
            if self._copy:
                self._copy.remove()

    def _open(self) -> None:
        if self.owned and self._is_emptied():
            self._set_aside("it is empty")
            return
        try:
            self._connect_both()
        except sqlite3.Error as error:
            if not self._meet_damage(error):
                raise

    def _open_read_only(self) -> None:
        if not self.path.exists():
            raise error_of(CardFault.READ_ONLY, Message("records_not_begun"))
        self.read_only = True
        try:
            self._reader = self._prepare(connect_read_only(self.path))
        except sqlite3.Error:
            # What was written last lies in the log beside it, which can't be read without writing.
            self._copy = ReadOnlyCopy(self.path)
            self._reader = self._prepare(connect_read_only(self._copy.path))
        if version_of(self._reader) != NEWEST:
            raise RecordsError("records_of_other_version_read_only")
        self._know_store(self._reader)

    def _is_emptied(self) -> bool:
        """Whether the file lost all it held: one that was never filled has no announced examinations."""
        with suppress(OSError):
            return self.path.stat().st_size == 0 and bool(self.announced.read())
        return False

    def _connect_both(self) -> None:
        # Nobody else is to read it; the files beside it get its mode.
        self.path.touch(mode=0o600)
        files.give_to_owner(self.path)
        self._writer = self.connect()
        try:
            # WAL with FULL: a commit that returned survives a loss of power (sqlite.org/wal.html).
            self._writer.execute("PRAGMA journal_mode = WAL")
            if self.owned:
                if self.path.stat().st_size <= CHECKED_AT_START:
                    _check(self._writer)
                copy = self.folder / "backups" / f"{BEFORE}version-{NEWEST}.sqlite3"
                self.migrated = migrate(self._writer, copy)
            elif version_of(self._writer) != NEWEST:
                raise RecordsError("records_of_other_version")
            self._writer.execute("PRAGMA foreign_keys = ON")
            self._writer.execute("PRAGMA secure_delete = ON")
            self._reader = self.connect()
            self._reader.execute("PRAGMA query_only = ON")
            self._know_store(self._reader)
        except (sqlite3.Error, OSError, RecordsError):
            self._writer.close()
            raise

    def _know_store(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("SELECT id FROM store").fetchone()
        self.store = found[0] if found else ""

    def _prepare(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        add_functions(connection)
        return connection

    def _read(self, statement: str, values: Any) -> list[Any]:
        try:
            return self._reader.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
            # A damaged text is read as far as it goes: its row is known as damaged by its hash.
            self._reader.text_factory = lambda data: data.decode(errors="replace")
            try:
                return self._reader.execute(statement, values).fetchall()
            finally:
                self._reader.text_factory = str

    def _refuse_if_read_only(self) -> None:
        if self.read_only:
            raise error_of(CardFault.READ_ONLY, Message("nothing_changeable"))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        writer = self._writer
        writer.execute("BEGIN IMMEDIATE")
        try:
            yield writer
            writer.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                writer.rollback()
            raise

    def _take_lock(self, patience: float) -> bool:
        """The kernel lets go of it when its process ends, however that ends (flock(2))."""
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.05)

    def _meet_damage(self, error: sqlite3.Error) -> bool:
        """Set the database aside if `error` says that it is damaged, and say whether it did."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE or not self.owned:
            return False
        self._set_aside(str(error))
        return True

    def _set_aside(self, why: str) -> None:
        """Begin an empty database, so that the device still takes pictures. Raises RecordsError."""
        with self._writing, self._reading:
            self._close_connections()
            try:
                files.make_private_folder(self.aside)
                name = f"{_next_name(self.aside)}.sqlite3"
                # The log last: without its database it means nothing, but not the other way round.
                for suffix in ("", "-wal", "-shm"):
                    with suppress(FileNotFoundError):
                        self.path.with_name(NAME + suffix).replace(self.aside / (name + suffix))
                files.sync_folder(self.folder)
                self._connect_both()
            except (OSError, sqlite3.Error) as error:
                raise self.card.refusal(Message("damaged_not_set_aside"), error, "make_backup") from error
            log.critical("the records were damaged (%s) and lie in %s; new ones are begun", why, self.aside)

    def _close_connections(self) -> None:
        for name in ("_reader", "_writer"):
            connection = getattr(self, name, None)
            if connection is not None:
                connection.close()


def _next_name(folder: Path) -> str:
    """A name that no damaged database has, nor had before it was brought back."""
    taken = {path.name for path in folder.rglob("*.sqlite3")}
    number = 1
    while f"records-{number}.sqlite3" in taken:
        number += 1
    return f"records-{number}"


def _check(database: sqlite3.Connection, check: str = "quick_check") -> None:
    verdict = database.execute(f"PRAGMA {check}(1)").fetchone()[0]
    if verdict != "ok":
        damage = sqlite3.DatabaseError(verdict)
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage
