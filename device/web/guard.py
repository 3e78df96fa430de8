"""Whether a browser may ask at all: host names, encryption, other sites, and the headers of answers."""

import socket
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask.globals import request_ctx

from device.message import Message
from device.web.problems import answer, problem
from device.web.routing import declared

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


def install(app: Flask, plain_for: frozenset[str] | None = None, proxy_name: str = "") -> None:
    """Put the guards before and after every request of `app`; `proxy_name` is one more that it is called by.

    With `plain_for` only this machine, which has these addresses beside loopback, may go without encryption.
    """
    names = _own_names() | {proxy_name.lower()} - {""}

    @app.before_request
    def refuse_other_names() -> Response | None:
        # A name that another site made point here would let its scripts read the page (DNS rebinding);
        # an address can't be made to.
        host = urlsplit(f"//{request.host}").hostname or ""
        if host in names or _is_address(host):
            return None
        # A page has links, and Flask makes none below a host that it can't read.
        refuse = answer if request_ctx.url_adapter else problem
        return refuse(HTTPStatus.MISDIRECTED_REQUEST, Message("other_name", name=host))

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
        where = f"https://{request.host}"
        return problem(HTTPStatus.FORBIDDEN, Message("needs_https", where=where, path=request.path))

    @app.before_request
    def refuse_other_sites() -> Response | None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        origin = request.headers.get("Origin")
        # Another page in the same browser must not be able to press the button.
        foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if foreign or (origin is not None and origin.lower() != f"{request.scheme}://{request.host}".lower()):
            return problem(HTTPStatus.FORBIDDEN, Message("from_other_site"))
        return None

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # Pictures and findings are about people: no browser may keep them.
        declaration = declared()
        if not (declaration and declaration.keep):
            response.headers["Cache-Control"] = "no-store"
        return response


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
