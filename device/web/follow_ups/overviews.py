"""The photograph of where on the body an examination was made: taken with the phone, seen, deleted."""

from http import HTTPStatus

from flask import Response, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import MissingError
from device.records.values import Line
from device.web.audit import concerns
from device.web.follow_ups import schemas
from device.web.people.find import find_line
from device.web.routing import File, Operation, Room
from device.web.services import services

LARGEST = 48 << 20
"""Bytes; phones make a tenth of it."""

room = Room("overviews", __name__)


# The examination stands in the form and not in the address: the server in front knows the addresses that take
# large bodies by heart.
@room.post("/overviews", role=Role.EXAMINER, audit=Action.KEPT_OVERVIEW, upload=True)
def keep() -> Answer:
    """Keep the photograph of the form."""
    line = _keep()
    where = url_for("pages.examination", examination_id=line.id, _anchor="follow-up")
    return redirect(where, HTTPStatus.SEE_OTHER)


@room.get("/examinations/<examination_id>/overview.jpg", role=Role.VIEWER, audit=Action.SAW_PICTURE)
@room.get(
    "/api/v1/examinations/<examination_id>/overview",
    endpoint="read_overview",
    role=Role.VIEWER,
    audit=Action.SAW_PICTURE,
    api=Operation(media=("image/jpeg",)),
)
def picture(examination_id: str) -> Response:
    """The photograph."""
    records = services().records
    line = find_line(records, examination_id)
    if not records.overviews.has(line.id):
        raise MissingError("no_overview")
    return send_file(records.overviews.path(line.id).absolute(), mimetype="image/jpeg")


@room.post(
    "/examinations/<examination_id>/overview/delete", role=Role.EXAMINER, audit=Action.DELETED_OVERVIEW
)
def delete(examination_id: str) -> Answer:
    """Delete the photograph."""
    line = _remove(examination_id)
    where = url_for("pages.examination", examination_id=line.id, _anchor="follow-up")
    return redirect(where, HTTPStatus.SEE_OTHER)


@room.post(
    "/api/v1/overviews",
    role=Role.EXAMINER,
    audit=Action.KEPT_OVERVIEW,
    upload=True,
    api=Operation(
        status=HTTPStatus.NO_CONTENT,
        body=File,
        query=schemas.OverviewQuery,
        problems=(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT),
    ),
)
def keep_overview() -> tuple[str, HTTPStatus]:
    """Keep a photograph of where on the body an examination was made, in the place of an earlier one.

    A JPEG or PNG file; it is made smaller, and what the file says beside the picture is left out.
    """
    _keep()
    return "", HTTPStatus.NO_CONTENT


@room.delete(
    "/api/v1/examinations/<examination_id>/overview",
    role=Role.EXAMINER,
    audit=Action.DELETED_OVERVIEW,
    api=Operation(status=HTTPStatus.NO_CONTENT),
)
def delete_overview(examination_id: str) -> tuple[str, HTTPStatus]:
    """Delete the photograph."""
    _remove(examination_id)
    return "", HTTPStatus.NO_CONTENT


def _keep() -> Line:
    records = services().records
    path, fields = services().uploads.receive(LARGEST)
    try:
        line = find_line(records, fields.get("examination", request.args.get("examination", "")))
        concerns(line.id)
        records.overviews.keep(line.id, path.read_bytes())
    finally:
        path.unlink(missing_ok=True)
    return line


def _remove(examination_id: str) -> Line:
    records = services().records
    line = find_line(records, examination_id)
    records.overviews.remove(line.id)
    return line
