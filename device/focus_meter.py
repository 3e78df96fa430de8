"""Measures the live view, so that the hand can see what a picture would be worth."""

import threading
from collections.abc import Callable

from device.announcer import Announcer, Event
from device.camera.ring import FrameRing
from device.classifier.preprocess import resize_field
from device.quality import focus_level, hint, measure
from device.serialization import message_to_json

PERIOD_SECONDS = 0.2
"""Five times a second: as fast as a hand can follow."""

_PANEL = 1
"""Listens always."""


class FocusMeter:
    """Announces the quality of the newest view: `focus`, 0 to 1, and `advice`, at most one message.

    It measures only while someone is `aiming`, and says once when that ends. Without `for_lamp` it measures
    only while someone besides the panel listens.
    """

    def __init__(
        self,
        ring: FrameRing,
        announcer: Announcer,
        for_lamp: bool = True,
        aiming: Callable[[], bool] = lambda: True,
    ) -> None:
        self._ring, self._announcer, self._aiming = ring, announcer, aiming
        self._deaf = 0 if for_lamp else _PANEL
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="focus meter", daemon=True)

    def start(self) -> None:
        """Begin to measure."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the measure under way."""
        self._stopping.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        sequence, measured = -1, False
        while not self._stopping.wait(PERIOD_SECONDS):
            if not self._aiming():
                if measured:
                    self._announcer.announce(Event("quality", {"focus": 0.0, "advice": []}))
                # At rest views are coarse, and so may be the one under way.
                sequence, measured = self._ring.newest_sequence + 1, False
                continue
            if self._announcer.listeners <= self._deaf:
                continue
            frame = self._ring.newer_than(sequence, timeout=0)
            if frame is None:
                continue
            sequence, measured = frame.sequence, True
            quality = measure(resize_field(frame.pixels))
            advice = [*quality.advice, *filter(None, [hint(quality)])][:1]
            payload = {"focus": round(focus_level(quality), 2), "advice": list(map(message_to_json, advice))}
            self._announcer.announce(Event("quality", payload))
