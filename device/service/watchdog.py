"""Feeds systemd's watchdog with new frames and with nothing else."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from device.message import Message
from device.service.exit_reason import ExitReason
from device.service.notify import Notifier
from device.words import say

PATIENCE_SECONDS = 300.0
"""How long a fault that is told on the page stands in for frames.

The camera is opened again and again meanwhile, and the page and the records stay in reach. After that
a fresh process is the last thing to try: some faults of a driver end with its process.
"""


class Frames(Protocol):
    """What is asked of the ring of the newest frames."""

    @property
    def fault(self) -> Message | None:
        """Why there are no frames; None when there are."""

    @property
    def newest_sequence(self) -> int:
        """The number of the newest frame, -1 without one."""


class Watchdog:
    """Fed by `look`, often enough; a camera that hangs without a word starves it.

    A fault that is there from the start keeps feeding it: this process is the fresh one.
    """

    def __init__(
        self,
        frames: Frames,
        notifier: Notifier,
        exit_reason: ExitReason,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._frames, self._notifier, self._exit_reason = frames, notifier, exit_reason
        self._patience, self._clock = patience, clock
        self._sequence, self._seen = -1, clock()

    def look(self) -> None:
        """Feed it when a frame is new, or a told fault not yet old; else leave word why it will bite."""
        sequence = self._frames.newest_sequence
        fault = self._frames.fault
        if sequence > self._sequence:
            self._sequence, self._seen = sequence, self._clock()
            self._exit_reason.take_back()
            self._notifier.alive()
        elif fault and (self._sequence < 0 or self._clock() - self._seen < self._patience):
            self._notifier.alive()
        else:
            self._exit_reason.say(say(fault or Message("camera_stands_still")))


def watchdog_seconds(environment: Mapping[str, str] = os.environ) -> float | None:
    """After how long without food systemd ends this process: sd_watchdog_enabled(3). None: never."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if microseconds.isdecimal() and int(microseconds) else None
