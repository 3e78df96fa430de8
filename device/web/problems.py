"""What went wrong, as an answer: a page for a person, problem details (RFC 9457) for a program."""

import logging
from http import HTTPStatus

from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from device.errors import (
    AccessError,
    BusyError,
    CalibrationError,
    CameraError,
    ChangedError,
    ClockError,
    CodeError,
    DamagedError,
    DermapointError,
    ExportError,
    ImageError,
    MissingError,
    OverrideError,
    RecordsError,
    TakenError,
    ValueRefusedError,
)
from device.message import Message
from device.serialization import message_to_json
from device.web.refusal import Refused

FOR_PROGRAMS = ("/api/", "/live.jpg", "/metrics", "/front/")
"""What the addresses begin with that programs and scripts ask for."""

STATUS_OF: dict[type, HTTPStatus] = {
    AccessError: HTTPStatus.FORBIDDEN,
    BusyError: HTTPStatus.CONFLICT,
    OverrideError: HTTPStatus.CONFLICT,
    CameraError: HTTPStatus.SERVICE_UNAVAILABLE,
    CodeError: HTTPStatus.NOT_FOUND,
    CalibrationError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MissingError: HTTPStatus.NOT_FOUND,
    TakenError: HTTPStatus.CONFLICT,
    ChangedError: HTTPStatus.CONFLICT,
    ValueRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ClockError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExportError: HTTPStatus.UNPROCESSABLE_ENTITY,
    RecordsError: HTTPStatus.INSUFFICIENT_STORAGE,
    DamagedError: HTTPStatus.CONFLICT,
}

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer every error of `app`."""

    @app.errorhandler(DermapointError)
    def tell_fault(error: DermapointError) -> Response:
        return answer(status_of(error), error.message)

    @app.errorhandler(HTTPException)
    def tell_http(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        # In our words: Flask's are in English alone.
        response = answer(status, Message(f"http_{status.value}"))
        allowed = dict(error.get_headers()).get("Allow")
        if allowed:
            response.headers["Allow"] = allowed
        return response

    @app.errorhandler(Exception)
    def tell_bug(error: Exception) -> Response:
        log.exception("the page failed at %s", request.path)
        return answer(HTTPStatus.INTERNAL_SERVER_ERROR, Message("bug"))


def status_of(error: DermapointError) -> HTTPStatus:
    """The status of an error: that of its kind, or of the nearest kind that it is one of."""
    if isinstance(error, Refused):
        return error.status
    for kind in type(error).__mro__:
        if kind in STATUS_OF:
            return STATUS_OF[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def answer(status: HTTPStatus, detail: Message) -> Response:
    """What went wrong: as problem details for a program, as a page for a person."""
    if request.path.startswith(FOR_PROGRAMS):
        return problem(status, detail)
    return Response(render_template("problem.html", status=status, detail=detail), status)


def problem(status: HTTPStatus, detail: Message) -> Response:
    """Problem details, RFC 9457, with the code and the values of what is told."""
    response = Response(status=status, content_type="application/problem+json")
    message = message_to_json(detail)
    response.set_data(
        json.dumps(
            {
                "type": "about:blank",
                "title": status.phrase,
                "status": status.value,
                "detail": message["text"],
                "code": message["code"],
                "values": message["values"],
            }
        )
    )
    return response
