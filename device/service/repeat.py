"""Does something again and again beside the rest."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Repeat:
    """Calls `action` every `seconds` on a thread of its own; use it as a context manager.

    An action that fails is logged and called again all the same.
    """

    def __init__(self, action: Callable[[], None], seconds: float, name: str) -> None:
        self._action, self._seconds = action, seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> "Repeat":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        # It may be waiting for a disk that doesn't answer; the end of the process doesn't wait for that.
        self._thread.join(timeout=self._seconds)

    def _run(self) -> None:
        while True:
            try:
                self._action()
            except Exception:
                # Done again next time: a fault that passes must not end what is looked after for years.
                log.exception("%s", self._thread.name)
            if self._stopping.wait(self._seconds):
                return
