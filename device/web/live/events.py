"""What happens, as it happens: server-sent events."""

import queue
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus

from flask import Response, g, json, request

from device.access import Person, Role
from device.access.actions import Action
from device.announcer import Announcer
from device.web.audit import Auditor
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

MOST_LISTENERS = 16
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
"""How often a quiet stream looks whether its reader is still there."""

room = Room("events", __name__, prefix="/api/v1")


@room.get(
    "/events",
    role=Role.VIEWER,
    audit=Action.FOLLOWED_EVENTS,
    api=Operation(media=("text/event-stream",), problems=(HTTPStatus.SERVICE_UNAVAILABLE,)),
)
def events() -> Response:
    """Events as they happen.

    Server-sent events: `busy` (a press began), `examination` (the examination, as JSON), `fault`
    (`detail`), `quality` of the live view (`focus`, 0 to 1, and `advice`, five times a second), `state`
    (of the device), `visit` (`person` and `lesion` that the next press shows, as ids or null).
    """
    announcer = services().announcer
    auditor = services().auditor
    if announcer.listeners >= MOST_LISTENERS:
        refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_pages")
    # Only waitress can tell; under another server the next heartbeat finds out.
    reader_left = request.environ.get("waitress.client_disconnected", lambda: False)
    stream = _stream(announcer, reader_left, g.ask_again, auditor)
    return Response(stream, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _stream(
    announcer: Announcer,
    reader_left: Callable[[], bool],
    ask_again: Callable[[], Person | None],
    auditor: Auditor,
) -> Iterator[str]:
    """Server-sent events: WHATWG HTML, section 9.2. They end when the reader has left or may read no more."""
    with announcer.listen() as events:
        yield "retry: 2000\n\n"
        beat_due = time.monotonic() + HEARTBEAT_SECONDS
        # A dropped one reads too slowly: its browser asks again, and catches up.
        while not (reader_left() or events.dropped):
            shown: list[str] = []
            try:
                event = events.get(timeout=LOOK_SECONDS)
                if event.kind == "examination":
                    shown = [event.data[name] for name in ("id", "person", "lesion") if event.data[name]]
                words = f"event: {event.kind}\ndata: {json.dumps(event.data)}\n\n"
            except queue.Empty:
                if time.monotonic() < beat_due:
                    continue
                # Without a word now and then neither side learns that the other is gone.
                words = ": still here\n\n"
            reader = ask_again()
            if reader is None:
                return
            if shown:
                auditor.write(reader, Action.RECEIVED_FINDING, shown)
            yield words
            beat_due = time.monotonic() + HEARTBEAT_SECONDS
