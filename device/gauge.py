"""Measures the live view, so that the hand can see what a picture would be worth."""

import threading

from device.announcer import Announcer, Event
from device.camera.ring import FrameRing
from device.classifier.preprocess import resize_field
from device.quality import focus_level, hint, measure

PERIOD_SECONDS = 0.2
"""Five times a second: as fast as a hand can follow."""

_PANEL = 1
"""Listens always."""


class Gauge:
    """Announces the quality of the newest view: `focus`, 0 to 1, and `advice`, at most one sentence.

    Without `for_lamp` it measures only while someone besides the panel listens.
    """

    def __init__(self, ring: FrameRing, announcer: Announcer, for_lamp: bool = True) -> None:
        self._ring, self._announcer = ring, announcer
        self._deaf = 0 if for_lamp else _PANEL
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gauge", daemon=True)

    def start(self) -> None:
        """Begin to measure."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the measure under way."""
        self._stopping.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        sequence = -1
        while not self._stopping.wait(PERIOD_SECONDS):
            if self._announcer.listeners <= self._deaf:
                continue
            frame = self._ring.newer_than(sequence, timeout=0)
            if frame is None:
                continue
            sequence = frame.sequence
            quality = measure(resize_field(frame.pixels))
            words = [*quality.advice, *filter(None, [hint(quality)])][:1]
            told = {"focus": round(focus_level(quality), 2), "advice": words}
            self._announcer.announce(Event("quality", told))
