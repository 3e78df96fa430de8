"""Pictures of phones and other cameras, brought in by hand: judged with advice, and marked for good."""

from http import HTTPStatus
from pathlib import Path
from typing import cast

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import BusyError, DermapointError, ExportError, ImageError
from device.examination import Examination
from device.images import LARGEST_FILE, MOST_KEPT_PIXELS, RGBImage, read_file
from device.images.head import picture_size
from device.records.description import describe_examination
from device.web.audit import concerns
from device.web.examinations import schemas
from device.web.problems import status_of
from device.web.refusal import refuse
from device.web.routing import File, Operation, Room
from device.web.services import services

_NAME = "the picture"
"""In place of what the file is called here, and of what it is called there: that may name someone."""

room = Room("uploads", __name__)


@room.get("/pictures/new", role=Role.EXAMINER, audit=None)
def page() -> str:
    """Choose a picture to bring in."""
    return render_template("examinations/upload.html")


@room.post("/pictures/new", role=Role.EXAMINER, audit=Action.UPLOADED_PICTURE, upload=True)
def take_form() -> Answer:
    """Judge the picture of the form, and lead to its examination."""
    try:
        examination = _take()
    except (BusyError, ExportError, ImageError) as error:
        return _refused(error)
    return redirect(url_for("pages.examination", examination_id=examination.id), HTTPStatus.SEE_OTHER)


@room.post(
    "/api/v1/pictures",
    role=Role.EXAMINER,
    audit=Action.UPLOADED_PICTURE,
    upload=True,
    api=Operation(
        schemas.Examination,
        HTTPStatus.CREATED,
        body=File,
        problems=(HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
    ),
)
def take_picture() -> tuple[schemas.Examination, HTTPStatus]:
    """Judge a picture of another camera: JPEG, PNG, or HEIC; it is marked as uploaded for good."""
    examination = _take()
    shown = services().records.lesions.of_examination(examination.id)
    return cast(schemas.Examination, describe_examination(examination, shown)), HTTPStatus.CREATED


def _take() -> Examination:
    if (request.content_length or 0) > LARGEST_FILE:
        refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large_here")
    path, _ = services().uploads.receive()
    try:
        pixels = _decode(path)
    finally:
        path.unlink(missing_ok=True)
    examination = services().examiner.take_upload(pixels)
    concerns(examination.id)
    return examination


def _decode(path: Path) -> RGBImage:
    """The pixels alone, no place or name, and no more of them than a camera of the device has."""
    data = read_file(path)
    width, height = picture_size(data, _NAME)
    reduced = next((each for each in (1, 2, 4) if width * height <= MOST_KEPT_PIXELS * each * each), 8)
    return services().decoder.decode(data, _NAME, reduced)


def _refused(error: DermapointError) -> Response:
    return Response(render_template("examinations/upload.html", fault=error), status_of(error))
