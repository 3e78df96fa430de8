"""The door: `/login` and `/logout`; they work without scripts."""

from http import HTTPStatus

from flask import Response, render_template, request, url_for

from device.access import Role
from device.access.actions import Action
from device.access.sessions import LONGEST_SECONDS
from device.errors import AccessError, TooManyTriesError
from device.web.auth import cookie_name
from device.web.routing import Room
from device.web.services import services

_KNOWN_SECONDS = 400 * 86400.0
"""As long as browsers keep any cookie (RFC 6265bis, 5.5)."""

room = Room("door", __name__)


@room.get("/login", role=None, audit=None)
def login() -> str:
    """Where the PIN is typed."""
    return render_template("door/login.html", next=inside(request.args.get("next", "/")))


@room.post("/login", role=None, audit=None)
def enter() -> Response:
    """Begin a session for the PIN of the form."""
    access = services().access
    target = inside(request.form.get("next", "/"))
    try:
        pin = "".join(request.form.get("pin", "").split())
        browser = request.cookies.get(_browser_cookie(), "")
        person, secret = access.enter(pin, request.remote_addr or "", browser)
    except AccessError as error:
        status = HTTPStatus.FORBIDDEN
        headers = {}
        if isinstance(error, TooManyTriesError):
            status = HTTPStatus.TOO_MANY_REQUESTS
            headers["Retry-After"] = f"{error.wait:.0f}"
        return Response(render_template("door/login.html", next=target, fault=error), status, headers)
    # Whose session it was before, perhaps another person's at the same desk, ends.
    access.sessions.end(request.cookies.get(cookie_name(request.is_secure), ""))
    answer = Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
    _set_cookie(answer, cookie_name(request.is_secure), secret, LONGEST_SECONDS)
    # It stays when they log out: its tries are their own.
    _set_cookie(answer, _browser_cookie(), access.browsers.remember(person), _KNOWN_SECONDS)
    return answer


@room.post("/logout", role=Role.VIEWER, audit=Action.LOGOUT)
def logout() -> Response:
    """End the session."""
    access = services().access
    access.sessions.end(request.cookies.get(cookie_name(request.is_secure), ""))
    answer = Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url_for("door.login")})
    answer.delete_cookie(
        cookie_name(request.is_secure), secure=request.is_secure, httponly=True, samesite="Strict"
    )
    return answer


def _browser_cookie() -> str:
    return f"{cookie_name(request.is_secure)}-browser"


def _set_cookie(answer: Response, name: str, value: str, seconds: float) -> None:
    answer.set_cookie(
        name, value, max_age=int(seconds), secure=request.is_secure, httponly=True, samesite="Strict"
    )


def inside(target: str) -> str:
    """`target` when it is a path of this device, else the first page: a login must not lead away."""
    # Browsers take a backslash for a slash, and two slashes for another host.
    inside = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if inside and target.isprintable() else "/"
