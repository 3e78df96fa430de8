"""Who saw, changed, exported or deleted what: a log that can't be changed without a trace."""

import logging
import os
import re
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from device.access.actions import Action
from device.access.key import Key

_START = "0" * 64
HEAD = "audit.head"
"""The file beside the database that names the newest entry."""
_HEAD = re.compile(r"\s*([0-9]{1,18}) ([0-9a-f]{64})\s*")
_HEAD_BYTES = 100
"""Always as many, so that a full disk takes them."""
_MOST_WAITING = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One line of the log; `hash` covers it and, through the hash before it, all that came earlier."""

    number: int
    written_at: str
    who: str
    action: str
    object: str
    hash: str


@dataclass(frozen=True)
class Head:
    """Number and hash of an entry that was the newest: kept elsewhere, it shows that none is missing."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head | None":
        """What `str` made of one, or None."""
        found = _HEAD.fullmatch(text)
        return cls(int(found[1]), found[2]) if found else None


class AuditLog:
    """Entries in the order they were written, each signed with `key` together with the one before.

    So nobody without the key can change or add one (Schneier & Kelsey 1999, doi:10.1145/317087.317089).
    That the last ones were cut off shows by the newest entry's number and hash, which stand also in
    the file `head`, in the journal and in each backup. Where the disk refuses an entry, it waits in
    memory, and in the journal.
    """

    def __init__(self, database: sqlite3.Connection, lock: threading.RLock, key: Key, head: Path) -> None:
        self._database, self._lock, self._key, self._head_file = database, lock, key, head
        self._waiting: deque[tuple[str, str, str, str]] = deque()
        kept = read_head(head)
        if kept and not self.holds(kept):
            log.critical("audit log: entry %s is missing or was changed", kept)
            self.write("this device", Action.AUDIT_LOG_CUT, str(kept))

    @property
    def signed_since(self) -> int:
        """The number of the first entry that the key signs; what was before can't be checked."""
        return self._key.since

    def write(self, who: str, action: str, object: str = "") -> None:
        """Add an entry; when this returns it survives a loss of power, or the journal has it."""
        written_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._lock:
            self._waiting.append((written_at, who, action, object))
            try:
                head = self._write_waiting()
            except sqlite3.OperationalError as error:
                log.error("audit log: %s; not written yet: %s %s %s", error, who, action, object)
                if len(self._waiting) > _MOST_WAITING:
                    self._waiting.popleft()
                return
        _write_head(self._head_file, head)

    def head(self) -> Head:
        """The newest entry's; number 0 without any."""
        with self._lock:
            return self._newest()

    def holds(self, head: Head) -> bool:
        """Whether what was the newest entry once is still here, unchanged."""
        with self._lock:
            row = self._database.execute("SELECT hash FROM audit WHERE number = ?", (head.number,)).fetchone()
        return (row[0] if row else _START) == head.hash

    def tell_head(self) -> None:
        """Write the head into the journal, where who changes the log doesn't reach it as easily."""
        log.info("audit head %s", self.head())

    def newest(self, count: int, before: int | None = None) -> list[Entry]:
        """Up to `count` entries, newest first; with `before` a number, only older ones."""
        with self._lock:
            rows = self._database.execute(
                "SELECT * FROM audit WHERE number < coalesce(?, number + 1) ORDER BY number DESC LIMIT ?",
                (before, count),
            ).fetchall()
        return [Entry(*row) for row in rows]

    def broken_at(self) -> int | None:
        """The number of the first entry that was changed or that follows a missing one, or None.

        That the last entries are missing was found at a start, and is an entry itself.
        """
        before, expected = _START, 1
        for entry in self.all():
            chained = self._chain(before, expected, entry.written_at, entry.who, entry.action, entry.object)
            signed = expected >= self._key.since
            if entry.number != expected or (signed and entry.hash != chained):
                return entry.number
            if signed and entry.action == Action.AUDIT_LOG_CUT:
                return entry.number
            before, expected = entry.hash, expected + 1
        kept = read_head(self._head_file)
        return expected if kept and kept.number >= expected else None

    def all(self) -> Iterator[Entry]:
        """Every entry, oldest first."""
        with self._lock:
            rows = self._database.execute("SELECT * FROM audit ORDER BY number").fetchall()
        yield from (Entry(*row) for row in rows)

    def _write_waiting(self) -> Head:
        with self._database:
            # Commands beside the daemon write too: nobody may come between the reading and the writing.
            self._database.execute("BEGIN IMMEDIATE")
            head = self._newest()
            for entry in self._waiting:
                number = head.number + 1
                head = Head(number, self._chain(head.hash, number, *entry))
                self._database.execute(
                    "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)", (number, *entry, head.hash)
                )
        self._waiting.clear()
        return head

    def _newest(self) -> Head:
        row = self._database.execute("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").fetchone()
        return Head(*row) if row else Head(0, _START)

    def _chain(self, *entry: object) -> str:
        return self._key.sign("audit", *entry)


def count_entries(database: sqlite3.Connection) -> int:
    """The number of the newest entry; 0 without any."""
    return int(database.execute("SELECT coalesce(max(number), 0) FROM audit").fetchone()[0])


def read_head(path: Path) -> Head | None:
    """What the file of the head says; None when there is none, or none that can be read."""
    try:
        return Head.parse(path.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _write_head(path: Path, head: Head) -> None:
    # Over what is there, so that it needs no room. No entry is lost by its failing: the journal has the head.
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(descriptor, f"{head}\n".rjust(_HEAD_BYTES).encode(), 0)
            if os.geteuid() == 0:
                # A command of root's may come first; the device runs as the folder's owner.
                owner = path.parent.stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
        finally:
            os.close(descriptor)
