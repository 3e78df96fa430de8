"""The table of who may enter, apart from the records: damage to one must not close the other."""

import sqlite3
from pathlib import Path

from device.access.protection import open_protected
from device.records import files
from device.records.card import Card, CardFault
from device.records.reading import reading
from device.records.reserve import Reserve

_SCHEMA = Path(__file__).with_name("schema.sql")


def open_database(path: Path) -> sqlite3.Connection:
    """The database at `path`, made when it is missing, brought back when it is damaged.

    Of a card that takes nothing more it is a copy in memory.

    Only its owner can read it. Raises OSError, sqlite3.Error and AccessError.
    """
    card = Card(path.parent)
    Reserve(card).release_if_needed()
    if card.fault is CardFault.READ_ONLY and path.exists():
        # Nobody is locked out: what is written goes into memory, and is gone with the next start.
        return _load(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return open_protected(path, _connect)


def _load(path: Path) -> sqlite3.Connection:
    """All of it in memory."""
    database = sqlite3.connect(":memory:", check_same_thread=False)
    with reading(path) as source:
        source.backup(database)
    database.execute("PRAGMA foreign_keys = ON")
    return database


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    files.give_to_owner(path)
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
