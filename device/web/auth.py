"""Who asks, and whether they may: once, for pages, programs, uploads and events."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import quote

from flask import Flask, g, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Access, Person, Role
from device.access.actions import Action
from device.errors import AccessError
from device.message import Message
from device.web.audit import Auditor
from device.web.problems import FOR_PROGRAMS, problem
from device.web.routing import Declaration, declaration_of, declared

COOKIE = "dermapoint"
_SECURE = "__Host-"
"""Before its name: only this host can set the cookie, and only encrypted (RFC 6265bis, 4.1.3)."""

_LONGEST_PATH = 200
"""Of an address in the audit log."""


def cookie_name(secure: bool) -> str:
    """What the cookie of a session is called, over HTTPS or without."""
    return _SECURE + COOKIE if secure else COOKIE


def find_person(
    access: Access, authorization: str, cookies: Mapping[str, str], secure: bool
) -> Person | None:
    """Who sent a request with this header and these cookies; None: nobody who is known here."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return access.find_program(secret)
    return access.sessions.find(cookies.get(cookie_name(secure), ""))


def may(person: Person | None, declaration: Declaration) -> bool:
    """Whether `person` may use the route."""
    return declaration.role is None or bool(person and person.may(declaration.role))


def may_open(endpoint: str) -> bool:
    """Whether whoever asks now may use this endpoint; False where there is none."""
    declaration = declaration_of(endpoint)
    return bool(declaration and may(g.get("person"), declaration))


def install(app: Flask, access: Access, auditor: Auditor) -> None:
    """Ask everyone who they are before any request of `app` is served."""
    app.before_request(partial(_admit, access, auditor))
    app.context_processor(_describe_visitor)


def _admit(access: Access, auditor: Auditor) -> Answer | None:
    declaration = declared()
    if declaration and declaration.role is None:
        return None
    if declaration and declaration.local and ip_address(request.remote_addr or "::").is_loopback:
        return None
    # A stream of events asks again, and ends when its reader may no longer be here.
    g.ask_again = partial(
        find_person,
        access,
        request.headers.get("Authorization", ""),
        dict(request.cookies),
        request.is_secure,
    )
    g.person = g.ask_again()
    if g.person is None:
        return _ask_to_log_in()
    if declaration and not may(g.person, declaration):
        auditor.write(g.person, Action.REFUSED, [f"{request.method} {request.path[:_LONGEST_PATH]}"])
        needed = declaration.role or Role.VIEWER
        raise AccessError("role_too_low", needed=Message(needed.title), role=Message(g.person.role.title))
    # An address that leads nowhere is told so by Flask.
    return None


def _describe_visitor() -> dict[str, object]:
    """For templates: who has entered, and what to offer them."""
    person: Person | None = g.get("person")
    return {
        "person": person,
        "may_change": bool(person and person.may(Role.EXAMINER)),
        "may_delete": bool(person and person.may(Role.OWNER)),
    }


def _ask_to_log_in() -> Answer:
    if request.path.startswith(FOR_PROGRAMS):
        answer = problem(HTTPStatus.UNAUTHORIZED, Message("needs_login"))
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(f"{url_for('door.login')}?next={quote(wanted)}", HTTPStatus.SEE_OTHER)
