"""The pages that a person reads, and the pictures in them."""

from http import HTTPStatus
from pathlib import Path

from flask import Response, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from device.access import Role
from device.access.actions import Action
from device.errors import DamagedError
from device.examination import Examination
from device.images import encode_jpeg
from device.images.overlay import overlay_png
from device.records import Records
from device.records.values import Line
from device.web.audit import concerns
from device.web.examinations.find import find_examination
from device.web.refusal import refuse
from device.web.routing import Room
from device.web.services import services
from device.web.visit.now import visit_now

NEWEST = 12
"""How many past examinations the live page shows."""
SMALL_QUALITY = 80
room = Room("pages", __name__)


@room.get("/", role=Role.VIEWER, audit=Action.LISTED_EXAMINATIONS)
def home() -> str:
    """The live view, the button, and the newest examinations."""
    records = services().records
    history = records.recent(NEWEST)
    concerns(*(each.id for each in history))
    return render_template("examinations/home.html", **_beside_live(records, history))


@room.get("/finding", role=Role.VIEWER, audit=Action.SAW_EXAMINATION)
def newest() -> str:
    """The newest finding, as it stands beside the live view."""
    records = services().records
    history = records.recent(1)
    concerns(*(each.id for each in history))
    return render_template("examinations/live_finding.html", **_beside_live(records, history))


def _beside_live(records: Records, history: list[Line]) -> dict[str, object]:
    """What the live page says of who is examined, and of the newest examination."""
    visit = visit_now(records, services().examiner.visits)
    return {"history": history, "examination": _newest(records, history), "visit": visit}


def _newest(records: Records, history: list[Line]) -> Examination | None:
    """The first of the history, or None when there is none or its record is damaged."""
    try:
        return records.get(history[0].id) if history else None
    except DamagedError:
        return None


@room.post("/press", role=Role.EXAMINER, audit=Action.PRESSED)
def press() -> WerkzeugResponse:
    """Press, and lead to the examination."""
    examiner = services().examiner
    examination = examiner.press()
    concerns(examination.id)
    return redirect(url_for("pages.examination", examination_id=examination.id), HTTPStatus.SEE_OTHER)


@room.get("/examinations/<examination_id>", role=Role.VIEWER, audit=Action.SAW_EXAMINATION)
def examination(examination_id: str) -> str:
    """One examination with its finding."""
    records = services().records
    return render_template(
        "examinations/examination.html", examination=find_examination(records, examination_id)
    )


@room.get("/examinations/<examination_id>/image.jpg", role=Role.VIEWER, audit=Action.SAW_PICTURE)
def image(examination_id: str) -> Response:
    """The best frame, whole."""
    records = services().records
    found = find_examination(records, examination_id)
    return _picture(records.image_path(found.id, found.best))


@room.get(
    "/examinations/<examination_id>/frames/<int:number>.jpg", role=Role.VIEWER, audit=Action.SAW_PICTURE
)
def frame(examination_id: str, number: int) -> Response:
    """One frame of the burst, whole."""
    records = services().records
    return _picture(records.image_path(find_examination(records, examination_id).id, number))


@room.get(
    "/examinations/<examination_id>/frames/<int:number>.small.jpg",
    role=Role.VIEWER,
    audit=Action.SAW_THUMBNAIL,
)
def small_frame(examination_id: str, number: int) -> Response:
    """One frame of the burst, small."""
    records = services().records
    found = find_examination(records, examination_id)
    if not records.image_path(found.id, number).is_file():
        refuse(HTTPStatus.NOT_FOUND, "picture_gone")
    pixels = records.pixels(found.id, number, reduced=4)
    return Response(encode_jpeg(pixels, SMALL_QUALITY), mimetype="image/jpeg")


@room.post("/examinations/<examination_id>/override", role=Role.EXAMINER, audit=Action.OVERRODE_ADVICE)
def override(examination_id: str) -> WerkzeugResponse:
    """Show the finding in spite of the advice to take it again."""
    examiner = services().examiner
    records = services().records
    examiner.override(find_examination(records, examination_id).id)
    return redirect(url_for("pages.examination", examination_id=examination_id), HTTPStatus.SEE_OTHER)


@room.get("/examinations/<examination_id>/thumbnail.jpg", role=Role.VIEWER, audit=Action.SAW_THUMBNAIL)
def thumbnail(examination_id: str) -> Response:
    """The best frame as it stands in lists."""
    records = services().records
    return _picture(records.thumbnail_path(find_examination(records, examination_id).id))


@room.get("/examinations/<examination_id>/saliency.png", role=Role.VIEWER, audit=Action.SAW_PICTURE)
def saliency(examination_id: str) -> Response:
    """The saliency map, to lay over the picture."""
    records = services().records
    found = find_examination(records, examination_id)
    return Response(overlay_png(found.finding.saliency), mimetype="image/png")


def _picture(path: Path) -> Response:
    if not path.is_file():
        refuse(HTTPStatus.NOT_FOUND, "picture_gone")
    # The path is whole: send_file looks for a relative one beside this module.
    return send_file(path.absolute(), mimetype="image/jpeg")
