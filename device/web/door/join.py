"""How a phone comes to this page: the Wi-Fi's code and the page's."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Response, abort, render_template, request

from device.access import Role
from device.web.refusal import refuse
from device.web.routing import Room
from device.web.services import services
from device.wifi.codes import Code, joining_text, page_address

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


room = Room("join", __name__)


@room.get("/join", role=Role.VIEWER, audit=None)
def page() -> str:
    """How to come to this page."""
    own = services().own_wifi
    if not can_join():
        refuse(HTTPStatus.CONFLICT, "nothing_to_join")
    scheme = services().scheme
    return render_template("door/join.html", own=own, address=_address(scheme), scheme=scheme)


def can_join() -> bool:
    """Whether a phone could come to this page: by the device's Wi-Fi, or by an address it answers at."""
    parts = services()
    come_by = urlsplit(request.host_url).hostname
    return parts.own_wifi is not None or parts.certificate is not None or come_by not in _LOOPBACK


@room.get("/join/wifi.svg", role=Role.VIEWER, audit=None)
def wifi_code() -> Response:
    """The code that joins a phone to the access point."""
    own = services().own_wifi
    if own is None:
        abort(HTTPStatus.NOT_FOUND)
    return _svg(joining_text(own))


@room.get("/join/page.svg", role=Role.VIEWER, audit=None)
def page_code() -> Response:
    """The code of the page's address."""
    scheme = services().scheme
    return _svg(_address(scheme))


def _address(scheme: str) -> str:
    """The address that this viewer came by, which works; the machine's own screen needs another."""
    if urlsplit(request.host_url).hostname in _LOOPBACK:
        return page_address(int(request.environ["SERVER_PORT"]), scheme=scheme)
    return request.host_url


def _svg(text: str) -> Response:
    return Response(Code(text).svg(), mimetype="image/svg+xml")
