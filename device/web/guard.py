"""Who may ask what: headers, cross-site requests, and errors as problem details."""

import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from device.errors import BusyError, CameraError, DermapointError, RecordsError

API = "/api/"

STATUS_OF: dict[type[DermapointError], HTTPStatus] = {
    BusyError: HTTPStatus.CONFLICT,
    CameraError: HTTPStatus.SERVICE_UNAVAILABLE,
    RecordsError: HTTPStatus.INSUFFICIENT_STORAGE,
}

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
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
            return problem(HTTPStatus.FORBIDDEN, "this request came from another site; use the device's own page")
        return None

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.errorhandler(DermapointError)
    def tell_fault(error: DermapointError) -> Response:
        return problem(STATUS_OF.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR), str(error))

    @app.errorhandler(HTTPException)
    def tell_http(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        if request.path.startswith(API):
            return problem(status, error.description or status.phrase)
        return Response(render_template("problem.html", status=status), status)

    @app.errorhandler(Exception)
    def tell_bug(error: Exception) -> Response:
        log.exception("the page failed at %s", request.path)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong; the device's log says what")


def problem(status: HTTPStatus, detail: str) -> Response:
    """Problem details: RFC 9457."""
    response = Response(status=status, content_type="application/problem+json")
    response.set_data(
        json.dumps({"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail})
    )
    return response
