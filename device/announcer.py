"""Publish and subscribe: tells every open page, and the lamp, what has happened."""

import logging
import queue
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Lock
from typing import Any

from device.errors import DermapointError
from device.message import Message
from device.serialization import message_to_json

_BACKLOG = 16
"""Events that wait for one listener; more than three seconds of the live view."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """What happened.

    `kind` is `busy` (a press began), `examination` (its record, as JSON), `fault` (see `fault`),
    `quality` (of the live view, see `focus_meter`), `state` (of the device, see `panel`) or `visit`
    (who is being examined, see `visit`).
    """

    kind: str
    data: dict[str, Any]


def fault(what: DermapointError | Message) -> Event:
    """That something failed: what, as a message in JSON."""
    message = what.message if isinstance(what, DermapointError) else what
    return Event("fault", message_to_json(message))


class Listener:
    """What one listener has yet to read.

    `dropped` turns true when it fell behind: it then hears nothing more, and must listen anew and
    look up what it missed.
    """

    def __init__(self) -> None:
        self.dropped = False
        self._waiting: deque[Event] = deque()
        self._woken = False
        self._changed = Condition()

    def get(self, timeout: float | None = None) -> Event:
        """The next event, waited for at most `timeout` seconds (None: without end).

        Raises queue.Empty when none came, when it was woken, and once it is dropped.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._woken or self.dropped, timeout)
            self._woken = False
            if not self._waiting:
                raise queue.Empty
            return self._waiting.popleft()

    def wake(self) -> None:
        """End a `get` that waits, or the next one."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def _put(self, event: Event) -> None:
        with self._changed:
            self.dropped = len(self._waiting) >= _BACKLOG
            if self.dropped:
                self._waiting.clear()
            else:
                self._waiting.append(event)
            self._changed.notify()


class Announcer:
    """One speaker, any number of listeners; whoever announces neither waits for them nor fails by them."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._lock = Lock()
        self._functions: list[Callable[[Event], None]] = []

    def also_tell(self, function: Callable[[Event], None]) -> None:
        """Call `function` with every event, on the thread that announces it: it must be quick."""
        self._functions.append(function)

    def announce(self, event: Event) -> None:
        """Tell all listeners; never waits and never raises. A listener that fell behind is dropped."""
        with self._lock:
            for listener in self._listeners:
                listener._put(event)
            self._listeners = {each for each in self._listeners if not each.dropped}
        for function in self._functions:
            try:
                function(event)
            except Exception:
                # The press, or the measuring, that announces goes on.
                log.exception("an event of the kind %s", event.kind)

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """All events from now on, as long as the context is open."""
        listener = Listener()
        with self._lock:
            self._listeners.add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)
