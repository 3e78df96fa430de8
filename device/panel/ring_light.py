"""The ring light around the lens."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class DimmableLight(Protocol):
    """What is needed of gpiozero's PWMLED: `value` from 0 (dark) to 1."""

    value: float


class RingLight:
    """On for a burst and while someone aims, else dark or low.

    `brightness` and `idle` go from 0 to 1, and are shares of the time that the light is on.
    Below 1 the light flickers faster than an eye sees, but a camera that reads line by line
    may show it as bands: see docs/hardware.md.
    """

    def __init__(
        self,
        light: DimmableLight,
        brightness: float,
        idle: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._light, self._brightness, self._idle, self._clock = light, brightness, idle, clock
        self._bursts, self._aimed = 0, False
        self._lock = threading.Lock()
        light.value = idle
        self._changed_at = clock()

    @property
    def brightness(self) -> float:
        """How bright it is now, 0 to 1."""
        return self._light.value

    @property
    def age(self) -> float:
        """For how many seconds it has been as bright as it is."""
        return self._clock() - self._changed_at

    def aim(self, aimed: bool) -> None:
        """As bright as for a burst from now on, so that the camera has settled before one; or no longer."""
        with self._lock:
            self._aimed = aimed
            self._shine()

    @contextmanager
    def on_for_burst(self) -> Iterator[None]:
        """On as long as the context is open, for `prepare` and the burst, whatever comes of them."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self._bursts += change
            self._shine()

    def _shine(self) -> None:
        wanted = self._brightness if self._bursts or self._aimed else self._idle
        if wanted != self._light.value:
            self._light.value = wanted
            self._changed_at = self._clock()
