"""Who saw, changed, exported or deleted what: a log that can't be changed without a trace."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_START = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One line of the log; `hash` covers it and, through the hash before it, all that came earlier."""

    number: int
    written_at: str
    who: str
    action: str
    object: str
    hash: str


class AuditLog:
    """Entries in the order they were written, chained by SHA-256 so that a change or a gap shows.

    The last entries can be cut off by who owns the whole device; keep a copy of
    the newest hash elsewhere to show that none is missing (Schneier & Kelsey 1999,
    doi:10.1145/317087.317089).
    """

    def __init__(self, database: sqlite3.Connection, lock: threading.RLock) -> None:
        self._database, self._lock = database, lock

    def write(self, who: str, action: str, object: str = "") -> None:
        """Add an entry; when this returns it survives a loss of power."""
        written_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._lock, self._database:
            row = self._database.execute(
                "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
            ).fetchone()
            number, before = (row[0] + 1, row[1]) if row else (1, _START)
            chained = _chain(before, number, written_at, who, action, object)
            self._database.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)",
                (number, written_at, who, action, object, chained),
            )

    def newest(self, count: int, before: int | None = None) -> list[Entry]:
        """Up to `count` entries, newest first; with `before` a number, only older ones."""
        with self._lock:
            rows = self._database.execute(
                "SELECT * FROM audit WHERE number < coalesce(?, number + 1) ORDER BY number DESC LIMIT ?",
                (before, count),
            ).fetchall()
        return [Entry(*row) for row in rows]

    def broken_at(self) -> int | None:
        """The number of the first entry that was changed or follows a missing one, or None."""
        before, expected = _START, 1
        for entry in self.all():
            chained = _chain(before, expected, entry.written_at, entry.who, entry.action, entry.object)
            if entry.number != expected or entry.hash != chained:
                return entry.number
            before, expected = entry.hash, expected + 1
        return None

    def all(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        with self._lock:
            rows = self._database.execute("SELECT * FROM audit ORDER BY number").fetchall()
        yield from (Entry(*row) for row in rows)


def _chain(before: str, *entry: object) -> str:
    return hashlib.sha256(json.dumps([before, *entry]).encode()).hexdigest()
