"""Who may ask what: headers, cross-site requests, and errors as problem details."""

import logging
import socket
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from device.errors import (
    AccessError,
    BusyError,
    CalibrationError,
    CameraError,
    DermapointError,
    ExportError,
    MissingError,
    OverrideError,
    RecordsError,
    TakenError,
    ValueRefusedError,
)

FOR_PROGRAMS = ("/api/", "/live.jpg", "/metrics")

STATUS_OF: dict[type[DermapointError], HTTPStatus] = {
    AccessError: HTTPStatus.FORBIDDEN,
    BusyError: HTTPStatus.CONFLICT,
    OverrideError: HTTPStatus.CONFLICT,
    CameraError: HTTPStatus.SERVICE_UNAVAILABLE,
    CalibrationError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MissingError: HTTPStatus.NOT_FOUND,
    TakenError: HTTPStatus.CONFLICT,
    ValueRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExportError: HTTPStatus.UNPROCESSABLE_ENTITY,
    RecordsError: HTTPStatus.INSUFFICIENT_STORAGE,
}

HEADERS = {
    # Live frames reach the page as blobs.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # With none at all, browsers send forms from nowhere ("Origin: null").
    "Referrer-Policy": "same-origin",
}

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Put the guards before and after every request of `app`."""
    names = _own_names()

    @app.before_request
    def refuse_other_names() -> Response | None:
        # A name that another site made point here would let its scripts read the page (DNS rebinding);
        # an address can't be made to.
        host = urlsplit(f"//{request.host}").hostname or ""
        if host in names or _is_address(host):
            return None
        return problem(HTTPStatus.MISDIRECTED_REQUEST, f"this device is not called {host}; use its address")

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


def _own_names() -> frozenset[str]:
    own = socket.gethostname().lower()
    return frozenset({"localhost", "dermapoint.local", own, f"{own}.local"})


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


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
