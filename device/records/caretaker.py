"""What the records need while nobody looks: a daily copy, retention, and a slow check of all pictures."""

import logging
import threading
import time
from collections.abc import Callable

from device.errors import DermapointError
from device.message import Message
from device.records.copies import Copies
from device.records.deletion import Deletion
from device.records.integrity import Integrity
from device.records.reserve import Reserve
from device.records.retention import Retention
from device.words import say

TICK_SECONDS = 30.0
"""One examination's pictures are checked at each tick, some 2,900 a day: a breath of work on a small Pi."""
_FIRST_SECONDS = 300.0
_DAY_SECONDS = 86400.0

log = logging.getLogger(__name__)


class Caretaker:
    """A thread that ticks. `warnings` are of what will be deleted, or can't be."""

    def __init__(
        self,
        copies: Copies,
        deletion: Deletion,
        integrity: Integrity,
        retention: Retention,
        reserve: Reserve,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._copies, self._deletion, self._integrity = copies, deletion, integrity
        self._retention, self._reserve = retention, reserve
        self._clock, self._steady = clock, steady
        # A day of running, and not of the clock: that one may jump.
        self._due = steady() + _FIRST_SECONDS
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.warnings: tuple[Message, ...] = ()

    def start(self) -> None:
        """Begin to tick."""
        self._attempt(self._reserve.set_aside)
        self._thread = threading.Thread(target=self._run, name="caretaker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after what is being done now."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def tick(self) -> None:
        """One small piece of work; what fails is logged, and tried again next time."""
        self._attempt(self._reserve.set_aside)
        self._attempt(self._deletion.tidy)
        self._attempt(self._integrity.check_next)
        if self._steady() >= self._due:
            self._due = self._steady() + _DAY_SECONDS
            # Each for itself: one that fails must not keep the others from being done.
            self._attempt(self._copies.take)
            self._attempt(self.retain)
            self._attempt(self._integrity.check_persons_and_lesions)
            self._attempt(self._integrity.find_ids_without_record)

    def retain(self) -> None:
        """Apply the rules of retention now. Raises RecordsError."""
        now = int(self._clock())
        planned = self._retention.plan(now, self._reserve.card.free_bytes)
        self._retention.note(planned, now)
        if planned.delete:
            self._deletion.examinations(planned.delete)
            log.warning("retention deleted %s", ", ".join(planned.delete))
        self.warnings = planned.warnings
        for warning in planned.warnings:
            log.warning("%s", say(warning))

    def _run(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            self.tick()

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
        except DermapointError as error:
            log.error("%s", error)
        except Exception:
            # It comes again at the next time; records are taken meanwhile.
            log.exception("the caretaker's work failed")
