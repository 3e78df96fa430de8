"""Browsers that have entered."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from device.access.roles import Person, Role
from device.access.secret import hash_secret, new_secret

IDLE_SECONDS = 12 * 3600.0
"""A session ends so long after its last use: one working day."""
LONGEST_SECONDS = 7 * 86400.0
"""And so long after it began, in any case."""
_NOTE_USE_EVERY = 60.0


class Sessions:
    """Who is logged in; survives a restart, and of each secret only a hash is kept."""

    def __init__(
        self, database: sqlite3.Connection, lock: threading.RLock, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._lock, self._clock = database, lock, clock

    def begin(self, person: Person) -> str:
        """The secret of a new session for the account of this name."""
        secret, now = new_secret(), self._clock()
        with self._lock, self._database:
            self._forget_ended(now)
            self._database.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?)", (hash_secret(secret), person.name, now, now)
            )
        return secret

    def find(self, secret: str) -> Person | None:
        """Whose session this is, or None when it is unknown or has ended."""
        now, hashed = self._clock(), hash_secret(secret)
        with self._lock:
            row = self._database.execute(
                "SELECT name, role, begun_at, used_at FROM session JOIN account ON account = name "
                "WHERE secret_hash = ?",
                (hashed,),
            ).fetchone()
            if row is None:
                return None
            name, role, begun_at, used_at = row
            # Before its beginning: the clock was set back, and how old it is can't be told.
            if not begun_at <= now < begun_at + LONGEST_SECONDS or now >= used_at + IDLE_SECONDS:
                return None
            # Not at every request: each write is a sync of the card.
            if now >= used_at + _NOTE_USE_EVERY:
                # On a full disk the session ends a little early instead of now.
                with suppress(sqlite3.Error), self._database:
                    self._database.execute(
                        "UPDATE session SET used_at = ? WHERE secret_hash = ?", (now, hashed)
                    )
        return Person(name, Role(role))

    def end(self, secret: str) -> None:
        """Log out; an unknown secret is no error."""
        with self._lock, self._database:
            self._database.execute("DELETE FROM session WHERE secret_hash = ?", (hash_secret(secret),))

    def _forget_ended(self, now: float) -> None:
        self._database.execute(
            "DELETE FROM session WHERE begun_at + ? <= ? OR used_at + ? <= ?",
            (LONGEST_SECONDS, now, IDLE_SECONDS, now),
        )
