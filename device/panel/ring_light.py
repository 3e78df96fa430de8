"""The ring light around the lens."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class DimmableLight(Protocol):
    """What is needed of gpiozero's PWMLED: `value` from 0 (dark) to 1."""

    value: float


class RingLight:
    """On for a burst, else dark or at a low light to aim by.

    `brightness` and `idle` go from 0 to 1, and are shares of the time that the light is on.
    Below 1 the light flickers faster than an eye sees, but a camera that reads line by line
    may show it as bands: see docs/hardware.md.
    """

    def __init__(self, light: DimmableLight, brightness: float, idle: float) -> None:
        self._light, self._brightness, self._idle = light, brightness, idle
        self._bursts = 0
        self._lock = threading.Lock()
        light.value = idle

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
            self._light.value = self._brightness if self._bursts else self._idle
