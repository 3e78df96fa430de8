"""What the pages do, for programs: JSON under /api/v1, and events as they happen."""

import queue
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from flask import Response, abort, g, json, request

from device.access import Person, Role
from device.access.actions import Action
from device.announcer import Announcer
from device.records import Query
from device.serialization import examination_to_json
from device.web.audit import Auditor, concerns
from device.web.pages import find_examination, is_id
from device.web.routing import Room
from device.web.searching import read_query
from device.web.services import services

MOST_LISTENERS = 16
MOST_EXAMINATIONS = 100
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
"""How often a quiet stream looks whether its reader is still there."""


room = Room("api", __name__, prefix="/api/v1")


@room.post("/press", role=Role.EXAMINER, audit=Action.PRESSED)
def press() -> tuple[dict[str, Any], int]:
    """Take and judge a burst; answers when the examination is saved."""
    examiner = services().examiner
    examination = examiner.press()
    concerns(examination.id)
    return examination_to_json(examination), HTTPStatus.CREATED


@room.post("/examinations/<examination_id>/override", role=Role.EXAMINER, audit=Action.OVERRODE_ADVICE)
def override(examination_id: str) -> dict[str, Any]:
    """Show the finding in spite of the advice to take it again; this is recorded."""
    examiner = services().examiner
    examination = examiner.override(examination_id) if is_id(examination_id) else None
    if examination is None:
        abort(HTTPStatus.NOT_FOUND, "there is no such examination")
    return examination_to_json(examination)


@room.get("/examinations", role=Role.VIEWER, audit=Action.LISTED_EXAMINATIONS)
def list_examinations() -> dict[str, Any]:
    """Examinations, newest first, or those that are looked for."""
    records = services().records
    limit, before = request.args.get("limit", "24"), request.args.get("before")
    if limit not in map(str, range(1, MOST_EXAMINATIONS + 1)):
        abort(HTTPStatus.BAD_REQUEST, f"'limit' must be a number from 1 to {MOST_EXAMINATIONS}")
    if before is not None and not is_id(before):
        abort(HTTPStatus.BAD_REQUEST, "'before' must be the id of an examination")
    query, faults = read_query(request.args)
    for name, fault in faults.items():
        abort(HTTPStatus.BAD_REQUEST, f"'{name}': {fault}")
    lines = records.search(Query(id=before), 1) if before else []
    if before and not lines:
        abort(HTTPStatus.NOT_FOUND, "'before' names no examination")
    older_than = lines[0].number if lines else None
    found = [records.get(line.id) for line in records.search(query, int(limit), older_than)]
    # One may have been deleted since it was found.
    shown = [examination_to_json(each) for each in found if each]
    concerns(*(each["id"] for each in shown))
    return {"examinations": shown}


@room.delete("/examinations/<examination_id>", role=Role.OWNER, audit=Action.DELETED_EXAMINATIONS)
def delete_examination(examination_id: str) -> tuple[str, int]:
    """Delete an examination and its pictures for good."""
    records = services().records
    records.deletion.examinations([find_examination(records, examination_id).id])
    return "", HTTPStatus.NO_CONTENT


@room.get("/examinations/<examination_id>", role=Role.VIEWER, audit=Action.SAW_EXAMINATION)
def read_examination(examination_id: str) -> dict[str, Any]:
    """One examination."""
    records = services().records
    return examination_to_json(find_examination(records, examination_id))


@room.get("/status", role=None, audit=None, plain=True)
def status() -> dict[str, Any]:
    """Whether the device is ready; needs no login."""
    about = services().about
    ring = services().ring
    ready = not ring.fault and ring.newer_than(-1, timeout=0) is not None
    return {
        "ready": ready,
        "camera": ring.fault or about.camera,
        "model": about.model,
        "version": about.version,
    }


@room.get("/events", role=Role.VIEWER, audit=Action.FOLLOWED_EVENTS)
def events() -> Response:
    """Events as they happen.

    Server-sent events: `busy` (a press began), `examination` (the examination, as JSON), `fault`
    (`detail`), `quality` of the live view (`focus`, 0 to 1, and `advice`, five times a second), `state`
    (of the device).
    """
    announcer = services().announcer
    auditor = services().auditor
    if announcer.listeners >= MOST_LISTENERS:
        abort(HTTPStatus.SERVICE_UNAVAILABLE, "too many pages are open; close one of them")
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
            shown = ""
            try:
                event = events.get(timeout=LOOK_SECONDS)
                shown = str(event.data["id"]) if event.kind == "examination" else ""
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
                auditor.write(reader, Action.RECEIVED_FINDING, [shown])
            yield words
            beat_due = time.monotonic() + HEARTBEAT_SECONDS
