"""People and their PINs."""

import hashlib
import hmac
import secrets
import sqlite3
import threading
from collections.abc import Callable

from device.access.protection import vouch
from device.access.roles import Person, Role, check_name
from device.errors import AccessError

PIN_DIGITS = 8
"""A hundred million PINs; with the waits of `throttle` a guesser has some ninety tries a day."""

_SALT_BYTES = 16

# scrypt (RFC 7914) with 16 MiB: the usual cost for a login, and bearable with 512 MB.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**26}


class Accounts:
    """Who may enter by PIN; only hashes are kept. `changed` is called after each change."""

    def __init__(
        self, database: sqlite3.Connection, lock: threading.RLock, changed: Callable[[], None]
    ) -> None:
        self._database, self._lock, self._changed = database, lock, changed

    def first_pin(self) -> str | None:
        """The owner's new PIN when there is no account yet, else None: told once and kept nowhere."""
        with self._lock:
            if self.people():
                return None
            return self.add("owner", Role.OWNER)

    def people(self) -> list[Person]:
        """All accounts, by name."""
        with self._lock:
            rows = self._database.execute("SELECT name, role FROM account ORDER BY name").fetchall()
        return [Person(name, Role(role)) for name, role in rows]

    def add(self, name: str, role: Role) -> str:
        """The PIN of a new account. Raises AccessError for a name that is empty, long or taken."""
        check_name(name)
        with self._lock:
            if any(person.name == name for person in self.people()):
                raise AccessError("name_taken", name=name)
            return self._set_pin(name, role)

    def renew_pin(self, name: str) -> str:
        """A new PIN for an account, whose sessions end. Raises AccessError without such an account."""
        with self._lock:
            pin = self._set_pin(name, self._role_of(name))
            with self._database:
                self._database.execute("DELETE FROM session WHERE account = ?", (name,))
            return pin

    def remove(self, name: str) -> None:
        """Close an account and its sessions. Raises AccessError for the last owner or an unknown name."""
        with self._lock:
            owners = [person.name for person in self.people() if person.role is Role.OWNER]
            if self._role_of(name) is Role.OWNER and owners == [name]:
                raise AccessError("last_owner")
            with self._database:
                self._database.execute("DELETE FROM session WHERE account = ?", (name,))
                self._database.execute("DELETE FROM account WHERE name = ?", (name,))
                vouch(self._database)
            self._changed()

    def find(self, pin: str) -> Person | None:
        """Who has this PIN, or None; takes as long for a right one as for a wrong one."""
        with self._lock:
            rows = self._database.execute("SELECT name, role, salt, pin_hash FROM account").fetchall()
        matching = [
            Person(name, Role(role))
            for name, role, salt, pin_hash in rows
            if hmac.compare_digest(_hash_pin(pin, salt), pin_hash)
        ]
        return matching[0] if matching else None

    def _role_of(self, name: str) -> Role:
        for person in self.people():
            if person.name == name:
                return person.role
        raise AccessError("nobody_called", name=name)

    def _set_pin(self, name: str, role: Role) -> str:
        pin = self._unused_pin()
        salt = secrets.token_bytes(_SALT_BYTES)
        with self._database:
            self._database.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET salt = excluded.salt, pin_hash = excluded.pin_hash",
                (name, role, salt, _hash_pin(pin, salt)),
            )
            vouch(self._database)
        self._changed()
        return pin

    def _unused_pin(self) -> str:
        while True:
            pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
            # A PIN alone says who it is, so no two people may have the same.
            if self.find(pin) is None:
                return pin


def _hash_pin(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, **_SCRYPT)
