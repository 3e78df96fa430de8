"""Makes guessing slow."""

import math
import sqlite3
import threading
import time
from collections.abc import Callable

from device.errors import TooManyTriesError

FREE_TRIES = 3
FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 900.0
EVERYWHERE = "*"
"""Counts the wrong tries of all addresses together: a phone can have as many addresses as it likes."""
_FREE_TRIES_EVERYWHERE = 10
FORGETS_EVERY_SECONDS = 3600.0
"""Or who has a PIN could guess at another's without end, with the own one in between."""


class Throttle:
    """After some wrong tries an address must wait, each time twice as long, to a quarter of an hour.

    The count survives a restart; the wait then begins anew, since the device has no
    clock that could tell how much of it has passed. An address from which someone has
    entered doesn't wait for the tries of others: they can't lock a clinic out.
    """

    def __init__(
        self, database: sqlite3.Connection, lock: threading.RLock, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._lock, self._clock = database, lock, clock
        started = clock()
        counts = database.execute("SELECT address, count FROM failure").fetchall()
        self._forgot_at: dict[str, float] = {}
        self._open_at = {address: started + wait_after(address, count) for address, count in counts}

    def check(self, address: str) -> None:
        """Raise TooManyTriesError while `address`, or everyone, must wait."""
        with self._lock:
            counted = (address,) if address in self._forgot_at else (address, EVERYWHERE)
            left = max(self._open_at.get(each, 0.0) for each in counted) - self._clock()
        if left > 0:
            raise TooManyTriesError(f"too many wrong PINs; wait {_in_words(left)}, then try again", left)

    def failed(self, address: str) -> None:
        """Count a wrong try."""
        with self._lock, self._database:
            for each in (address, EVERYWHERE):
                (count,) = self._database.execute(
                    "INSERT INTO failure VALUES (?, 1) ON CONFLICT (address) DO UPDATE SET count = count + 1 "
                    "RETURNING count",
                    (each,),
                ).fetchone()
                self._open_at[each] = self._clock() + wait_after(each, count)

    def succeeded(self, address: str) -> None:
        """Forget the wrong tries of `address`, and of all together, unless this was done just before."""
        now = self._clock()
        with self._lock, self._database:
            for each in (address, EVERYWHERE):
                if now < self._forgot_at.get(each, -math.inf) + FORGETS_EVERY_SECONDS:
                    continue
                self._forgot_at[each] = now
                self._database.execute("DELETE FROM failure WHERE address = ?", (each,))
                self._open_at.pop(each, None)


def wait_after(address: str, count: int) -> float:
    """Seconds to wait after so many wrong tries."""
    over = count - (_FREE_TRIES_EVERYWHERE if address == EVERYWHERE else FREE_TRIES)
    return 0.0 if over < 0 else min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(over, 20))


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
