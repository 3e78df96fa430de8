"""Who may ask what: headers, cross-site requests, and errors as problem details."""

import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from device.errors import BusyError, CameraError, DermapointError, RecordsError

FOR_PROGRAMS = ("/api/", "/live.jpg")

STATUS_OF: dict[type[DermapointError], HTTPStatus] = {
    BusyError: HTTPStatus.CONFLICT,
    CameraError: HTTPStatus.SERVICE_UNAVAILABLE,
    RecordsError: HTTPStatus.INSUFFICIENT_STORAGE,
}

HEADERS = {
    # Live frames reach the page as blobs.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Put the guards before and after every request of `app`."""

    @app.before_request
    def refuse_other_sites() -> Response | None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        origin = request.headers.get("Origin")
        # Another page in the same browser must not be able to press the button.
        foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if foreign or (origin is not None and urlsplit(origin).netloc != request.host):
            return problem(
                HTTPStatus.FORBIDDEN, "this request came from another site; use the device's own page"
            )
        return None

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        # Pictures and findings are about people: no browser may keep them.
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

    @app.errorhandler(DermapointError)
    def tell_fault(error: DermapointError) -> Response:
        return answer(STATUS_OF.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR), str(error))

    @app.errorhandler(HTTPException)
    def tell_http(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        response = answer(status, error.description or status.phrase)
        allowed = dict(error.get_headers()).get("Allow")
        if allowed:
            response.headers["Allow"] = allowed
        return response

    @app.errorhandler(Exception)
    def tell_bug(error: Exception) -> Response:
        log.exception("the page failed at %s", request.path)
        return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong; the device's log says what")


def answer(status: HTTPStatus, detail: str) -> Response:
    """What went wrong: as problem details for a program, as a page for a person."""
    if request.path.startswith(FOR_PROGRAMS):
        return problem(status, detail)
    return Response(render_template("problem.html", status=status, detail=detail), status)


def problem(status: HTTPStatus, detail: str) -> Response:
    """Problem details: RFC 9457."""
    response = Response(status=status, content_type="application/problem+json")
    response.set_data(
        json.dumps({"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail})
    )
    return response
