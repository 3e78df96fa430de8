"""Keeps who may enter from being lost: copies, and what is brought back from them after damage."""

import fcntl
import json
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path

from device.errors import AccessError
from device.records import files
from device.records.generations import Generations
from device.records.migrations import back_up
from device.records.salvage import salvage_tables

Open = Callable[[Path], sqlite3.Connection]

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

log = logging.getLogger(__name__)


def vouch(database: sqlite3.Connection) -> None:
    """Write down the hash of all accounts and tokens, in the transaction that changed them."""
    database.execute("REPLACE INTO vouched VALUES (1, ?)", (_digest(database),))


def copies_of(path: Path) -> Generations:
    """The copies of the database at `path`."""
    return Generations(path.parent / "backups", "access", _contains, days=2, weeks=1)


def keep_copy(database: sqlite3.Connection, path: Path) -> None:
    """Take a copy unless the newest holds the same. Raises OSError and sqlite3.Error."""
    copies = copies_of(path)
    newest = next(iter(copies.all()), None)
    if newest is None or _state(newest) != _state_of(database):
        copies.take(database)


def open_protected(path: Path, connect: Open) -> sqlite3.Connection:
    """The database, or what can be brought back of it when it is damaged, emptied or gone.

    Raises OSError and sqlite3.Error, and AccessError where a running device has to do that.
    """
    copies = copies_of(path)
    if copies.all() and (not path.exists() or path.stat().st_size == 0):
        return _bring_back(path, connect, copies)
    try:
        database = connect(path)
        if _is_sound(database):
            return database
        database.close()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
            raise
    return _bring_back(path, connect, copies)


def _bring_back(path: Path, connect: Open, copies: Generations) -> sqlite3.Connection:
    """The newest sound copy in its place, with the lines that the damaged log has beyond it.

    Sessions are not brought back: one that has ended since could be among them.
    """
    _refuse_beside_a_running_device(path.parent)
    aside = _set_aside(path)
    sound = [copy for copy in copies.all() if _is_sound_file(copy)]
    # The first copies may be of before there was anybody.
    filled = [copy for copy in sound if _count_accounts(copy)]
    if filled:
        with closing(sqlite3.connect(filled[0])) as source:
            back_up(source, path)
    database = connect(path)
    tables = ("audit",) if filled else ("account", "token", "audit")
    work = aside.with_name(f"{aside.name}-work")
    # Its rows may name a person in the middle of being added; nothing refers to the log.
    database.execute("DELETE FROM session")
    database.commit()
    try:
        if aside.exists():
            salvage_tables(aside, database, tables, work, sound)
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            work.with_name(work.name + suffix).unlink(missing_ok=True)
    with database:
        vouch(database)
    log.critical(
        "who may enter was damaged and lies in %s; %s",
        aside,
        "a copy took its place" if filled else "begun anew",
    )
    return database


def _refuse_beside_a_running_device(state: Path) -> None:
    with suppress(FileNotFoundError):
        descriptor = os.open(state / "records.lock", os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AccessError("access_damaged") from error
        finally:
            os.close(descriptor)


def _set_aside(path: Path) -> Path:
    folder = path.parent / "damaged"
    files.make_private_folder(folder)
    number = 1
    while (folder / f"access-{number}.sqlite3").exists():
        number += 1
    aside = folder / f"access-{number}.sqlite3"
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))
    return aside


def _is_sound(database: sqlite3.Connection) -> bool:
    if database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        return False
    kept = database.execute("SELECT digest FROM vouched").fetchone()
    if kept is None:
        # Of before there was a hash.
        with database:
            vouch(database)
        return True
    return bool(kept[0] == _digest(database))


def _is_sound_file(path: Path) -> bool:
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as database:
        return _is_sound(database)
    return False


def _count_accounts(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM account").fetchone()[0])


def _digest(database: sqlite3.Connection) -> bytes:
    rows = [
        [value.hex() if isinstance(value, bytes) else value for value in row]
        for table in ("account", "token")
        for row in database.execute(f"SELECT * FROM {table} ORDER BY name")
    ]
    return sha256(json.dumps(rows).encode()).digest()


def _state(path: Path) -> tuple[int, bytes] | None:
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as database:
        return _state_of(database)
    return None


def _state_of(database: sqlite3.Connection) -> tuple[int, bytes]:
    lines = database.execute("SELECT coalesce(max(number), 0) FROM audit").fetchone()[0]
    return lines, _digest(database)


def _contains(newer: Path, older: Path) -> bool:
    """Whether the newer has each line of the older one's log: whoever was removed since is named there."""
    with closing(sqlite3.connect(newer)) as database:
        database.execute("ATTACH ? AS older", (str(older),))
        lacks = "SELECT 1 FROM older.audit WHERE (number, hash) NOT IN (SELECT number, hash FROM main.audit)"
        return database.execute(f"{lacks} LIMIT 1").fetchone() is None
