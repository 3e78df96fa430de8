"""Browsers that have entered."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass, replace

from device.access.roles import Person, Role
from device.access.secret import hash_secret, new_secret

IDLE_SECONDS = 12 * 3600.0
"""A session ends so long after its last use: one working day."""
LONGEST_SECONDS = 7 * 86400.0
"""And so long after it began, in any case."""
_NOTE_USE_EVERY = 60.0
_MOST_UNWRITTEN = 1000

log = logging.getLogger(__name__)


class Sessions:
    """Who is logged in; survives a restart, and of each secret only a hash is kept.

    What has ended stays so, also when the clock is set back. Where the disk refuses, what begins and ends
    is kept in memory, until the next start.
    """

    def __init__(
        self, database: sqlite3.Connection, lock: threading.RLock, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._lock, self._clock = database, lock, clock
        self._unwritten: dict[bytes, Session] = {}
        self._ended: set[bytes] = set()

    def begin(self, person: Person) -> str:
        """The secret of a new session for the account of this name."""
        secret, now = new_secret(), self._clock()
        session = Session(person.name, now, now)
        with self._lock:
            self._end_what_is_over(now)
            try:
                with self._database:
                    self._database.execute(
                        "INSERT INTO session VALUES (?, ?, ?, ?)", (hash_secret(secret), *astuple(session))
                    )
            except sqlite3.OperationalError as error:
                log.error("a session can't be kept beyond the next start (%s)", error)
                if len(self._unwritten) >= _MOST_UNWRITTEN:
                    del self._unwritten[next(iter(self._unwritten))]
                self._unwritten[hash_secret(secret)] = session
        return secret

    def find(self, secret: str) -> Person | None:
        """Whose session this is, or None when it is unknown or has ended."""
        now, hashed = self._clock(), hash_secret(secret)
        with self._lock:
            # Of everybody: what is seen to be over must not begin again by another clock.
            self._end_what_is_over(now)
            session = self._read(hashed)
            # Before its beginning: the clock was set back, and how old it is can't be told.
            if session is None or session.over(now) or now < session.begun_at:
                return None
            # Not at every request: each write is a sync of the card.
            if now >= session.used_at + _NOTE_USE_EVERY:
                self._note_use(hashed, now)
            row = self._database.execute(
                "SELECT name, role FROM account WHERE name = ?", (session.account,)
            ).fetchone()
        return Person(row[0], Role(row[1])) if row else None

    def end(self, secret: str) -> None:
        """Log out; an unknown secret is no error."""
        with self._lock:
            self._end(hash_secret(secret))

    def _read(self, hashed: bytes) -> "Session | None":
        if hashed in self._ended:
            return None
        if hashed in self._unwritten:
            return self._unwritten[hashed]
        row = self._database.execute(
            "SELECT account, begun_at, used_at FROM session WHERE secret_hash = ?", (hashed,)
        ).fetchone()
        return Session(*row) if row else None

    def _note_use(self, hashed: bytes, now: float) -> None:
        if hashed in self._unwritten:
            self._unwritten[hashed] = replace(self._unwritten[hashed], used_at=now)
            return
        # On a full disk the session ends a little early instead of now.
        with suppress(sqlite3.OperationalError), self._database:
            self._database.execute("UPDATE session SET used_at = ? WHERE secret_hash = ?", (now, hashed))

    def _end_what_is_over(self, now: float) -> None:
        for hashed in [hashed for hashed, session in self._unwritten.items() if session.over(now)]:
            del self._unwritten[hashed]
        over = self._database.execute(
            "SELECT secret_hash FROM session WHERE begun_at + ? <= ? OR used_at + ? <= ?",
            (LONGEST_SECONDS, now, IDLE_SECONDS, now),
        ).fetchall()
        for (hashed,) in over:
            if hashed not in self._ended:
                self._end(hashed)

    def _end(self, hashed: bytes) -> None:
        if self._unwritten.pop(hashed, None):
            return
        try:
            with self._database:
                self._database.execute("DELETE FROM session WHERE secret_hash = ?", (hashed,))
        except sqlite3.OperationalError as error:
            log.error("a session ends in memory alone (%s)", error)
            self._ended.add(hashed)


@dataclass(frozen=True)
class Session:
    """Whose it is, and when it began and was last used, by the device's clock."""

    account: str
    begun_at: float
    used_at: float

    def over(self, now: float) -> bool:
        """Whether it has lasted too long, or wasn't used for too long."""
        return now >= self.begun_at + LONGEST_SECONDS or now >= self.used_at + IDLE_SECONDS
