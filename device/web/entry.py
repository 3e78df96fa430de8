"""The door: who asks, and whether they may."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Access, Person, Role
from device.access.sessions import LONGEST_SECONDS
from device.errors import AccessError, TooManyTriesError
from device.web.guard import FOR_PROGRAMS, problem

COOKIE = "dermapoint"
_SECURE = "__Host-"
"""Before its name: only this host can set the cookie, and only encrypted (RFC 6265bis, 4.1.3)."""
_OPEN = "_open_to_all"
_LOCAL = "_open_to_this_machine"
_NEEDS = "_needs_role"

View = TypeVar("View", bound=Callable[..., object])


def open_to_all(view: View) -> View:
    """Marks a view that needs no login."""
    setattr(view, _OPEN, True)
    return view


def open_to_this_machine(view: View) -> View:
    """Marks a view that needs no login from programs on the device itself."""
    setattr(view, _LOCAL, True)
    return view


def needs(role: Role) -> Callable[[View], View]:
    """Marks a view that needs `role`; others need a viewer to read and an examiner to change."""

    def mark(view: View) -> View:
        setattr(view, _NEEDS, role)
        return view

    return mark


def may_open(view: Callable[..., object]) -> bool:
    """True when whoever asks now may read `view`."""
    person: Person | None = g.get("person")
    return bool(person and person.may(getattr(view, _NEEDS, Role.VIEWER)))


def install(app: Flask, access: Access) -> None:
    """Ask everyone who they are before any request of `app` is served; what isn't marked open is closed."""
    app.before_request(partial(_admit, access))
    app.context_processor(_describe_visitor)


def blueprint(access: Access) -> Blueprint:
    """`/login` and `/logout`; they work without scripts."""
    door = Blueprint("door", __name__)

    @door.get("/login")
    @open_to_all
    def login() -> str:
        return render_template("login.html", next=inside(request.args.get("next", "/")))

    @door.post("/login")
    @open_to_all
    def enter() -> Response:
        target = inside(request.form.get("next", "/"))
        try:
            _, secret = access.enter("".join(request.form.get("pin", "").split()), request.remote_addr or "")
        except AccessError as error:
            status = HTTPStatus.FORBIDDEN
            headers = {}
            if isinstance(error, TooManyTriesError):
                status = HTTPStatus.TOO_MANY_REQUESTS
                headers["Retry-After"] = f"{error.wait:.0f}"
            return Response(render_template("login.html", next=target, fault=str(error)), status, headers)
        # Whose session it was before, perhaps another person's at the same desk, ends.
        access.sessions.end(request.cookies.get(_cookie(), ""))
        answer = Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
        answer.set_cookie(
            _cookie(),
            secret,
            max_age=int(LONGEST_SECONDS),
            secure=request.is_secure,
            httponly=True,
            samesite="Strict",
        )
        return answer

    @door.post("/logout")
    @needs(Role.VIEWER)
    def logout() -> Response:
        access.sessions.end(request.cookies.get(_cookie(), ""))
        access.audit.write(g.person.name, "logout")
        answer = Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url_for("door.login")})
        answer.delete_cookie(_cookie(), secure=request.is_secure, httponly=True, samesite="Strict")
        return answer

    return door


def _admit(access: Access) -> Answer | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint == "static" or getattr(view, _OPEN, False):
        return None
    if getattr(view, _LOCAL, False) and ip_address(request.remote_addr or "::").is_loopback:
        return None
    # A stream of events asks again, and ends when its reader may no longer be here.
    g.ask_again = _who_asks(access)
    g.person = g.ask_again()
    if g.person is None:
        return _ask_to_log_in()
    reads = request.method in ("GET", "HEAD", "OPTIONS")
    needed: Role = getattr(view, _NEEDS, Role.VIEWER if reads else Role.EXAMINER)
    if not g.person.may(needed):
        raise AccessError(f"this needs the role {needed.title}, and yours is {g.person.role.title}")
    return None


def _describe_visitor() -> dict[str, object]:
    """For templates: who has entered, and what to offer them."""
    person: Person | None = g.get("person")
    return {
        "person": person,
        "may_change": bool(person and person.may(Role.EXAMINER)),
        "may_delete": bool(person and person.may(Role.OWNER)),
    }


def _who_asks(access: Access) -> Callable[[], Person | None]:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return partial(access.find_program, secret)
    return partial(access.sessions.find, request.cookies.get(_cookie(), ""))


def _cookie() -> str:
    return _SECURE + COOKIE if request.is_secure else COOKIE


def _ask_to_log_in() -> Answer:
    if request.path.startswith(FOR_PROGRAMS):
        answer = problem(HTTPStatus.UNAUTHORIZED, "log in, or send a token as 'Authorization: Bearer TOKEN'")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(f"{url_for('door.login')}?next={quote(wanted)}", HTTPStatus.SEE_OTHER)


def inside(target: str) -> str:
    """`target` when it is a path of this device, else the first page: a login must not lead away."""
    # Browsers take a backslash for a slash, and two slashes for another host.
    inside = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if inside and target.isprintable() else "/"
