"""Programs that may enter."""

import sqlite3
import threading
from collections.abc import Callable

from device.access.protection import vouch
from device.access.roles import Person, Role, check_name
from device.access.secret import hash_secret, new_secret
from device.errors import AccessError


class Tokens:
    """Who may enter by token; only hashes are kept. `changed` is called after each change."""

    def __init__(
        self, database: sqlite3.Connection, lock: threading.RLock, changed: Callable[[], None]
    ) -> None:
        self._database, self._lock, self._changed = database, lock, changed

    def all(self) -> list[Person]:
        """All tokens, by name."""
        with self._lock:
            rows = self._database.execute("SELECT name, role FROM token ORDER BY name").fetchall()
        return [Person(name, Role(role)) for name, role in rows]

    def add(self, name: str, role: Role) -> str:
        """The secret of a new token, told once. Raises AccessError for a name that can't be or is taken."""
        check_name(name)
        secret = new_secret()
        try:
            with self._lock, self._database:
                self._database.execute(
                    "INSERT INTO token VALUES (?, ?, ?)", (name, role, hash_secret(secret))
                )
                vouch(self._database)
        except sqlite3.IntegrityError as error:
            raise AccessError("token_taken", name=name) from error
        self._changed()
        return secret

    def remove(self, name: str) -> None:
        """Make a token worthless. Raises AccessError for an unknown name."""
        with self._lock, self._database:
            if not self._database.execute("DELETE FROM token WHERE name = ?", (name,)).rowcount:
                raise AccessError("no_such_token", name=name)
            vouch(self._database)
        self._changed()

    def find(self, secret: str) -> Person | None:
        """Whose token this is, or None."""
        with self._lock:
            row = self._database.execute(
                "SELECT name, role FROM token WHERE secret_hash = ?", (hash_secret(secret),)
            ).fetchone()
        return Person(row[0], Role(row[1])) if row else None
