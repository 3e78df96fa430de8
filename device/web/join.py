"""How a phone comes to this page: the Wi-Fi's code and the page's."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Response, abort, render_template, request

from device.access import Role
from device.web.routing import Room
from device.wifi.codes import Code, joining_text, page_address
from device.wifi.profile import AccessPoint

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def blueprint(own: AccessPoint | None, scheme: str = "http") -> Room:
    """`/join` and its two codes; without an access point of its own the device shows the page's alone.

    `scheme` is what others than this machine open the page with: http or https.
    """
    join = Room("join", __name__)

    @join.get("/join", role=Role.VIEWER, audit=None)
    def page() -> str:
        return render_template("join.html", own=own, address=_address(scheme), scheme=scheme)

    @join.get("/join/wifi.svg", role=Role.VIEWER, audit=None)
    def wifi_code() -> Response:
        if own is None:
            abort(HTTPStatus.NOT_FOUND)
        return _svg(joining_text(own))

    @join.get("/join/page.svg", role=Role.VIEWER, audit=None)
    def page_code() -> Response:
        return _svg(_address(scheme))

    return join


def _address(scheme: str) -> str:
    """The address that this viewer came by, which works; the machine's own screen needs another."""
    if urlsplit(request.host_url).hostname in _LOOPBACK:
        return page_address(int(request.environ["SERVER_PORT"]), scheme=scheme)
    return request.host_url


def _svg(text: str) -> Response:
    return Response(Code(text).svg(), mimetype="image/svg+xml")
