"""Who is being examined now: chosen before the press, so that a finding is theirs from the beginning."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from device.announcer import Announcer, Event

LOOK_SECONDS = 1.0
"""How often it is looked whether a visit is over."""

MINUTES = 15
"""How long a visit goes on after the last choice or press, unless the settings say otherwise."""


@dataclass(frozen=True)
class Visit:
    """Someone is being examined: ids of the records; `lesion` is empty until one is chosen."""

    person: str
    lesion: str = ""


class Visits:
    """One visit at a time, since there is one lens; it ends `seconds` after the last choice or press.

    Every change is announced as the event `visit`, with ids alone: names are asked for by who may read them.
    It is kept in memory: whoever presses after a start anew is asked whose the finding is.
    """

    def __init__(
        self,
        announcer: Announcer,
        seconds: float = 60 * MINUTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._announcer, self._seconds, self._clock = announcer, seconds, clock
        self._lock = threading.Lock()
        self._visit: Visit | None = None
        self._ends_at = 0.0

    @property
    def current(self) -> Visit | None:
        """Who is being examined now; None: nobody was chosen, or that is too long ago."""
        with self._lock:
            return self._visit if self._clock() < self._ends_at else None

    @property
    def seconds_left(self) -> float:
        """Until it ends by itself; 0 without one."""
        with self._lock:
            return max(0.0, self._ends_at - self._clock()) if self._visit else 0.0

    def begin(self, visit: Visit) -> None:
        """From now on a press shows this person, and this lesion."""
        self._set(visit)

    def end(self) -> None:
        """From now on a press shows nobody in particular."""
        if self._visit:
            self._set(None)

    def prolong(self) -> Visit | None:
        """Who is being examined now, for as long again."""
        with self._lock:
            now = self._clock()
            if self._visit is None or now >= self._ends_at:
                return None
            self._ends_at = now + self._seconds
            return self._visit

    def look(self) -> None:
        """End what is over, and announce it; call it now and then."""
        if self._visit and self.current is None:
            self.end()

    def _set(self, visit: Visit | None) -> None:
        with self._lock:
            self._visit, self._ends_at = visit, self._clock() + self._seconds
        ids = {"person": visit.person, "lesion": visit.lesion or None} if visit else {}
        self._announcer.announce(Event("visit", {"person": None, "lesion": None, **ids}))
