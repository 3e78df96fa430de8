"""Who may enter, and who did what: accounts with PINs, sessions, tokens for programs, and the audit log."""

import hmac
import logging
import sqlite3
import threading
from pathlib import Path

from device.access.accounts import Accounts
from device.access.audit import HEAD, AuditLog, count_entries
from device.access.browsers import Browsers
from device.access.database import open_database
from device.access.key import open_key
from device.access.protection import keep_copy
from device.access.roles import Person, Role
from device.access.sessions import Sessions
from device.access.throttle import Throttle
from device.access.tokens import Tokens
from device.errors import AccessError

log = logging.getLogger(__name__)

__all__ = ["Access", "Person", "Role", "open_access"]


class Access:
    """The parts together, over one database."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        lock, folder = threading.RLock(), path.parent
        self._database, self._lock, self._path = database, lock, path
        key = open_key(folder / "access.key", count_entries(database))
        self.accounts = Accounts(database, lock, self.keep_copy)
        self.tokens = Tokens(database, lock, self.keep_copy)
        self.sessions = Sessions(database, lock)
        self.throttle = Throttle(database, lock)
        self.browsers = Browsers(key, self.accounts)
        self.audit = AuditLog(database, lock, key, folder / HEAD)
        self._local = ""
        self._entering = threading.Lock()

    def admit_local(self, secret: str) -> None:
        """Let programs on this machine in that know `secret`, as an owner."""
        self._local = secret

    def find_program(self, secret: str) -> Person | None:
        """The program whose token this is, or None."""
        if self._local and hmac.compare_digest(secret.encode(), self._local.encode()):
            return Person("this device", Role.OWNER)
        return self.tokens.find(secret)

    def enter(self, pin: str, address: str, browser: str = "") -> tuple[Person, str]:
        """Who has this PIN, and the secret of a new session; `browser` is the cookie it was remembered by.

        Raises AccessError for a wrong PIN, and while who tries must wait after too many of them.
        """
        # One after the other, or many tries at once would all come before the first is counted; and each of
        # them takes 16 MiB.
        with self._entering:
            return self._enter(pin, address, self.browsers.known_for(browser))

    def _enter(self, pin: str, address: str, account: str | None) -> tuple[Person, str]:
        self.throttle.check(address, account)
        person = self.accounts.find(pin)
        if person is None:
            self.throttle.failed(address, account)
            self.audit.write("nobody", "login refused", address)
            raise AccessError("pin_unknown")
        self.throttle.succeeded(address, account)
        self.audit.write(person.name, "login", address)
        return person, self.sessions.begin(person)

    def keep_copy(self) -> None:
        """Take a copy of who may enter, unless the newest holds the same; a disk that refuses is logged."""
        try:
            with self._lock:
                keep_copy(self._database, self._path)
        except (OSError, sqlite3.Error) as error:
            log.error("who may enter can't be copied (%s)", error)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()


def open_access(state: Path) -> Access:
    """The access of the device whose state folder this is. Raises AccessError when it can't be opened."""
    path = state / "access.sqlite3"
    try:
        return Access(open_database(path), path)
    except (OSError, sqlite3.Error) as error:
        raise AccessError("access_unreadable", path=path, error=error) from error
