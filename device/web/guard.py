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
    ClockError,
    DermapointError,
    ExportError,
    ImageError,
    MissingError,
    OverrideError,
    RecordsError,
    TakenError,
    ValueRefusedError,
)
from device.web.routing import STATIC, declared

FOR_PROGRAMS = ("/api/", "/live.jpg", "/metrics")

STATUS_OF: dict[type[DermapointError], HTTPStatus] = {
    AccessError: HTTPStatus.FORBIDDEN,
    BusyError: HTTPStatus.CONFLICT,
    OverrideError: HTTPStatus.CONFLICT,
    CameraError: HTTPStatus.SERVICE_UNAVAILABLE,
    CalibrationError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MissingError: HTTPStatus.NOT_FOUND,
    TakenError: HTTPStatus.CONFLICT,
    ValueRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ClockError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExportError: HTTPStatus.UNPROCESSABLE_ENTITY,
    RecordsError: HTTPStatus.INSUFFICIENT_STORAGE,
}

HEADERS = {
    # Live frames reach the page as blobs. Forms and bases don't follow the default.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    # No Strict-Transport-Security: browsers heed it only behind a certificate that they trust already, and
    # then for long. A device that is set up anew, with a new authority, would be shut to them.
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # With none at all, browsers send forms from nowhere ("Origin: null").
    "Referrer-Policy": "same-origin",
}

log = logging.getLogger(__name__)


def install(app: Flask, plain_for: frozenset[str] | None = None) -> None:
    """Put the guards before and after every request of `app`.

    With `plain_for` only this machine, which has these addresses beside loopback, may go without encryption.
    """
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
    def refuse_plain() -> Response | None:
        if plain_for is None or request.is_secure or needs_no_encryption():
            return None
        asks = request.remote_addr or ""
        if asks in plain_for or (_is_address(asks) and ip_address(asks).is_loopback):
            return None
        if request.method in ("GET", "HEAD"):
            where = request.url.replace("http:", "https:", 1)
            return Response(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": where})
        # What was to stay secret has been told; sending it on would hide that.
        return problem(HTTPStatus.FORBIDDEN, f"send this to https://{request.host}; {request.path} is secret")

    @app.before_request
    def refuse_other_sites() -> Response | None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        origin = request.headers.get("Origin")
        # Another page in the same browser must not be able to press the button.
        foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if foreign or (origin is not None and origin.lower() != f"{request.scheme}://{request.host}".lower()):
            return problem(
                HTTPStatus.FORBIDDEN, "this request came from another site; use the device's own page"
            )
        return None

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        # Pictures and findings are about people: no browser may keep them.
        if request.endpoint != STATIC:
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


def needs_no_encryption() -> bool:
    """Whether the route is one that tells how to trust the device, in which language, or that it is ready."""
    declaration = declared()
    return bool(declaration and declaration.plain)


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
