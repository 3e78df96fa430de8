"""What the pages do, for programs: JSON under /api/v1, and events as they happen."""

import queue
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, json, request

from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.examiner import Examiner
from device.records import Records
from device.serialization import examination_to_json
from device.web.pages import find_examination

if TYPE_CHECKING:
    from device.web import About

MOST_LISTENERS = 16
MOST_EXAMINATIONS = 100
HEARTBEAT_SECONDS = 15.0


def blueprint(
    examiner: Examiner, records: Records, ring: FrameRing, announcer: Announcer, about: "About"
) -> Blueprint:
    """Press, examinations, state and events."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")

    @api.post("/press")
    def press() -> tuple[dict[str, Any], int]:
        return examination_to_json(examiner.press()), HTTPStatus.CREATED

    @api.get("/examinations")
    def examinations() -> dict[str, Any]:
        count = request.args.get("limit", "24")
        if not (count.isascii() and count.isdigit() and 1 <= int(count[:4]) <= MOST_EXAMINATIONS):
            abort(HTTPStatus.BAD_REQUEST, f"'limit' must be a number from 1 to {MOST_EXAMINATIONS}")
        found = records.recent(int(count), request.args.get("before"))
        return {"examinations": [examination_to_json(each) for each in found]}

    @api.get("/examinations/<examination_id>")
    def examination(examination_id: str) -> dict[str, Any]:
        return examination_to_json(find_examination(records, examination_id))

    @api.get("/status")
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
        return Response(_stream(announcer), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return api


def _stream(announcer: Announcer) -> Iterator[str]:
    """Server-sent events: WHATWG HTML, section 9.2."""
    with announcer.listen() as events:
        yield "retry: 2000\n\n"
        while True:
            try:
                event = events.get(timeout=HEARTBEAT_SECONDS)
            except queue.Empty:
                # Without a word now and then nobody learns that the page was closed.
                yield ": still here\n\n"
            else:
                yield f"event: {event.kind}\ndata: {json.dumps(event.data)}\n\n"
