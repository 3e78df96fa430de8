"""Tells every open page what has happened."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

_BACKLOG = 16


@dataclass(frozen=True)
class Event:
    """What happened.

    `kind` is `busy` (a press began), `examination` (its record, as JSON), `fault` (a sentence),
    `quality` (of the live view, see `gauge`) or `state` (of the device, see `panel`).
    """

    kind: str
    data: dict[str, Any]


class Announcer:
    """One speaker, any number of listeners; a listener that doesn't keep up misses the oldest."""

    def __init__(self) -> None:
        self._listeners: set[queue.Queue[Event]] = set()
        self._lock = Lock()
        self._told: list[Callable[[Event], None]] = []

    def also_tell(self, function: Callable[[Event], None]) -> None:
        """Call `function` with every event, on the thread that announces it: it must be quick."""
        self._told.append(function)

    def announce(self, event: Event) -> None:
        """Tell all listeners; never waits."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            if listener.full():
                listener.get_nowait()
            listener.put_nowait(event)
        for function in self._told:
            function(event)

    @contextmanager
    def listen(self) -> Iterator[queue.Queue[Event]]:
        """A queue of all events from now on, as long as the context is open."""
        listener: queue.Queue[Event] = queue.Queue(_BACKLOG)
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
