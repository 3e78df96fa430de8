"""The table of who may enter, apart from the records: damage to one must not close the other."""

import sqlite3
from pathlib import Path

from device.access.protection import open_protected

_SCHEMA = Path(__file__).with_name("schema.sql")


def open_database(path: Path) -> sqlite3.Connection:
    """The database at `path`, made when it is missing, brought back when it is damaged.

    Only its owner can read it. Raises OSError, sqlite3.Error and AccessError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return open_protected(path, _connect)


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    database = sqlite3.connect(path, check_same_thread=False)
    try:
        # WAL with FULL: a commit that returned survives a loss of power (sqlite.org/wal.html).
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(_SCHEMA.read_text())
    except sqlite3.Error:
        database.close()
        raise
    return database
