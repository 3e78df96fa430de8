"""What the pages do, for programs: JSON under /api/v1, and events as they happen."""

import queue
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, g, json, request

from device.access import Role
from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.examiner import Examiner
from device.records import Query, Records
from device.serialization import examination_to_json
from device.web.entry import needs, open_to_all
from device.web.pages import find_examination, is_id
from device.web.searching import read_query

if TYPE_CHECKING:
    from device.web import About

MOST_LISTENERS = 16
MOST_EXAMINATIONS = 100
HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
"""How often a quiet stream looks whether its reader is still there."""


def blueprint(
    examiner: Examiner, records: Records, ring: FrameRing, announcer: Announcer, about: "About"
) -> Blueprint:
    """Press, examinations, state and events."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")

    @api.post("/press")
    def press() -> tuple[dict[str, Any], int]:
        examination = examiner.press()
        g.about = examination.id
        return examination_to_json(examination), HTTPStatus.CREATED

    @api.post("/examinations/<examination_id>/override")
    def override(examination_id: str) -> dict[str, Any]:
        examination = examiner.override(examination_id) if is_id(examination_id) else None
        if examination is None:
            abort(HTTPStatus.NOT_FOUND, "there is no such examination")
        return examination_to_json(examination)

    @api.get("/examinations")
    def examinations() -> dict[str, Any]:
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
        return {"examinations": [examination_to_json(each) for each in found if each]}

    @api.delete("/examinations/<examination_id>")
    @needs(Role.OWNER)
    def delete(examination_id: str) -> tuple[str, int]:
        records.deletion.examinations([find_examination(records, examination_id).id])
        return "", HTTPStatus.NO_CONTENT

    @api.get("/examinations/<examination_id>")
    def examination(examination_id: str) -> dict[str, Any]:
        return examination_to_json(find_examination(records, examination_id))

    @api.get("/status")
    @open_to_all
    def status() -> dict[str, Any]:
        ready = not ring.fault and ring.newer_than(-1, timeout=0) is not None
        return {
            "ready": ready,
            "camera": ring.fault or about.camera,
            "model": about.model,
            "version": about.version,
        }

    @api.get("/events")
    def events() -> Response:
        if announcer.listeners >= MOST_LISTENERS:
            abort(HTTPStatus.SERVICE_UNAVAILABLE, "too many pages are open; close one of them")
        # Only waitress can tell; under another server the next heartbeat finds out.
        reader_left = request.environ.get("waitress.client_disconnected", lambda: False)
        stream = _stream(announcer, reader_left, g.ask_again)
        return Response(stream, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return api


def _stream(
    announcer: Announcer, reader_left: Callable[[], bool], may_read: Callable[[], object]
) -> Iterator[str]:
    """Server-sent events: WHATWG HTML, section 9.2. They end when the reader has left or may read no more."""
    with announcer.listen() as events:
        yield "retry: 2000\n\n"
        beat_due = time.monotonic() + HEARTBEAT_SECONDS
        # A dropped one reads too slowly: its browser asks again, and catches up.
        while not (reader_left() or events.dropped):
            try:
                event = events.get(timeout=LOOK_SECONDS)
                words = f"event: {event.kind}\ndata: {json.dumps(event.data)}\n\n"
            except queue.Empty:
                if time.monotonic() < beat_due:
                    continue
                # Without a word now and then neither side learns that the other is gone.
                words = ": still here\n\n"
            if not may_read():
                return
            yield words
            beat_due = time.monotonic() + HEARTBEAT_SECONDS
