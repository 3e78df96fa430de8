"""Makes guessing slow."""

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from device.errors import TooManyTriesError

FREE_TRIES = 3
FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 900.0
EVERYWHERE = "*"
"""Counts the wrong tries of all unknown browsers together: a phone can have as many addresses as it likes."""
_FREE_TRIES_EVERYWHERE = 10
FORGETS_EVERY_SECONDS = 3600.0
"""Or who has a PIN could guess at another's without end, with the own one in between."""
_MOST_COUNTED = 1000
"""Addresses and accounts; those that were counted longest ago are forgotten, `EVERYWHERE` never."""
_LIFTED = "lifted"
"""Not counted: how often the console has lifted all waits."""

log = logging.getLogger(__name__)


class Throttle:
    """After some wrong tries whoever guesses must wait, each time twice as long, to a quarter of an hour.

    An unknown browser is counted by its address and with all other unknown ones; one from which somebody
    has entered before, by that account alone, so that no stranger can lock it out. Counts and waits
    outlast the daemon. After a reboot the counts go on and no wait does: the device has no clock that
    could tell how much of it has passed. Where the disk refuses, they are kept in memory.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        lock: threading.RLock,
        clock: Callable[[], float] = time.monotonic,
        boot: str = "",
    ) -> None:
        self._database, self._lock, self._clock = database, lock, clock
        self._boot = boot or _this_boot()
        self._forgot_at: dict[str, float] = {}
        self._unwritten: dict[str, tuple[int, float]] = {}
        self._lifted_then = self._read(_LIFTED)[0]

    def check(self, address: str, account: str | None = None) -> None:
        """Raise TooManyTriesError while a browser of `account`, or an unknown one at `address`, must wait."""
        with self._lock:
            open_at = max(self._find(each)[1] for each in _counted(address, account))
            left = open_at - self._clock()
        if left > 0:
            raise TooManyTriesError("too_many_tries", left)

    def failed(self, address: str, account: str | None = None) -> None:
        """Count a wrong try."""
        with self._lock:
            for each in _counted(address, account):
                count = self._find(each)[0] + 1
                self._keep(each, count, self._clock() + wait_after(each, count))

    def succeeded(self, address: str, account: str | None = None) -> None:
        """Forget those wrong tries, unless this was done just before."""
        now = self._clock()
        with self._lock:
            for each in _counted(address, account):
                if (
                    now >= self._forgot_at.get(each, -math.inf) + FORGETS_EVERY_SECONDS
                    and self._find(each)[0]
                ):
                    self._forgot_at[each] = now
                    self._keep(each, 0, now)

    def lift(self) -> None:
        """Forget all wrong tries, those that the running daemon has in memory too. Raises sqlite3.Error."""
        with self._lock, self._database:
            lifted = self._read(_LIFTED)[0] + 1
            self._database.execute("DELETE FROM tries")
            self._database.execute("INSERT INTO tries VALUES (?, ?, 0, '')", (_LIFTED, lifted))

    def _find(self, name: str) -> tuple[int, float]:
        """How often it failed, and when it may try again."""
        lifted = self._read(_LIFTED)[0]
        if lifted != self._lifted_then:
            self._lifted_then = lifted
            self._unwritten.clear()
        return self._unwritten.get(name) or self._read(name)

    def _read(self, name: str) -> tuple[int, float]:
        try:
            row = self._database.execute(
                "SELECT count, open_at, boot FROM tries WHERE name = ?", (name,)
            ).fetchone()
        except sqlite3.Error as error:
            log.error("wrong PINs are counted in memory alone (%s)", error)
            row = None
        count, open_at, boot = row or (0, -math.inf, "")
        return count, open_at if boot == self._boot else -math.inf

    def _keep(self, name: str, count: int, open_at: float) -> None:
        try:
            with self._database:
                # Its rowid grows, so that the first ones are those that were counted longest ago.
                self._database.execute(
                    "INSERT OR REPLACE INTO tries VALUES (?, ?, ?, ?)", (name, count, open_at, self._boot)
                )
                self._database.execute(
                    "DELETE FROM tries WHERE rowid <= (SELECT max(rowid) - ? FROM tries)"
                    " AND name NOT IN (?, ?)",
                    (_MOST_COUNTED, EVERYWHERE, _LIFTED),
                )
            self._unwritten.pop(name, None)
        except sqlite3.Error as error:
            log.error("wrong PINs are counted in memory alone (%s)", error)
            self._unwritten[name] = (count, open_at)
            if len(self._unwritten) > _MOST_COUNTED:
                del self._unwritten[next(each for each in self._unwritten if each != EVERYWHERE)]


def wait_after(name: str, count: int) -> float:
    """Seconds to wait after so many wrong tries."""
    over = count - (_FREE_TRIES_EVERYWHERE if name == EVERYWHERE else FREE_TRIES)
    return 0.0 if over < 0 else min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(over, 20))


def _counted(address: str, account: str | None) -> tuple[str, ...]:
    return (address, EVERYWHERE) if account is None else (f"browsers of {account}",)


def _this_boot() -> str:
    """The clock goes on through restarts of the daemon, and begins anew with each boot (random(4))."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"
