"""Who may enter: people with their PINs, and programs with their tokens."""

from http import HTTPStatus
from typing import Any

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Person, Role
from device.access.actions import Action
from device.errors import AccessError, DermapointError
from device.web import flash
from device.web.access import schemas
from device.web.audit import concerns
from device.web.body import read_body
from device.web.refusal import refuse, refuse_for
from device.web.routing import Operation, Room
from device.web.services import services

room = Room("accounts", __name__)


def _show(fault: DermapointError | None = None, **made: str) -> str:
    access = services().access
    return render_template(
        "access/accounts.html",
        people=access.accounts.people(),
        tokens=access.tokens.all(),
        roles=[role.title for role in Role],
        fault=fault,
        made=made,
    )


@room.get("/settings/people", role=Role.OWNER, audit=None)
def page() -> str:
    """People and programs that may enter."""
    return _show()


@room.post("/settings/people", role=Role.OWNER, audit=Action.CHANGED_ACCESS)
def change() -> Answer:
    """Add or remove someone or some program, or make a new PIN."""
    access = services().access
    name = request.form.get("name", "").strip()
    concerns(name)
    try:
        match request.form.get("do", ""):
            case "add":
                pin = access.accounts.add(name, _role(request.form.get("role", "")))
                return Response(_show(pin=pin, name=name))
            case "renew":
                return Response(_show(pin=access.accounts.renew_pin(name), name=name))
            case "remove" | "remove token" as wish:
                return Response(render_template("access/remove.html", name=name, wish=wish))
            case "remove for sure":
                access.accounts.remove(name)
            case "add token":
                token = access.tokens.add(name, _role(request.form.get("role", "")))
                return Response(_show(token=token, name=name))
            case "remove token for sure":
                access.tokens.remove(name)
            case _:
                refuse(HTTPStatus.BAD_REQUEST, "not_done_here")
    except AccessError as error:
        return Response(_show(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    return flash.see(url_for("accounts.page"), flash.REMOVED)


@room.get("/api/v1/accounts", role=Role.OWNER, audit=None, api=Operation(schemas.Accounts))
def accounts() -> schemas.Accounts:
    """People who may enter."""
    access = services().access
    return {"accounts": list(map(_describe, access.accounts.people()))}


@room.post(
    "/api/v1/accounts",
    role=Role.OWNER,
    audit=Action.CHANGED_ACCESS,
    api=Operation(schemas.NewAccount, HTTPStatus.CREATED, body=schemas.NewEntry),
)
def add_account() -> tuple[schemas.NewAccount, int]:
    """Let someone in; the PIN is shown once."""
    access = services().access
    name, role = _name_and_role()
    return {"name": name, "role": role.title, "pin": _try(access.accounts.add, name, role)}, 201


@room.post(
    "/api/v1/accounts/<name>/pin", role=Role.OWNER, audit=Action.CHANGED_ACCESS, api=Operation(schemas.NewPin)
)
def renew_pin(name: str) -> schemas.NewPin:
    """A new PIN, shown once; sessions end."""
    access = services().access
    _find(access.accounts.people(), name)
    return {"name": name, "pin": access.accounts.renew_pin(name)}


@room.delete(
    "/api/v1/accounts/<name>",
    role=Role.OWNER,
    audit=Action.CHANGED_ACCESS,
    api=Operation(status=HTTPStatus.NO_CONTENT, problems=(HTTPStatus.UNPROCESSABLE_ENTITY,)),
)
def remove_account(name: str) -> tuple[str, int]:
    """Close an account and its sessions."""
    access = services().access
    _find(access.accounts.people(), name)
    _try(access.accounts.remove, name)
    return "", HTTPStatus.NO_CONTENT


@room.get("/api/v1/tokens", role=Role.OWNER, audit=None, api=Operation(schemas.Tokens))
def tokens() -> schemas.Tokens:
    """Programs that may enter."""
    access = services().access
    return {"tokens": list(map(_describe, access.tokens.all()))}


@room.post(
    "/api/v1/tokens",
    role=Role.OWNER,
    audit=Action.CHANGED_ACCESS,
    api=Operation(schemas.NewToken, HTTPStatus.CREATED, body=schemas.NewEntry),
)
def add_token() -> tuple[schemas.NewToken, int]:
    """Let a program in; the token is shown once."""
    access = services().access
    name, role = _name_and_role()
    return {"name": name, "role": role.title, "token": _try(access.tokens.add, name, role)}, 201


@room.delete(
    "/api/v1/tokens/<name>",
    role=Role.OWNER,
    audit=Action.CHANGED_ACCESS,
    api=Operation(status=HTTPStatus.NO_CONTENT),
)
def remove_token(name: str) -> tuple[str, int]:
    """Make a token worthless."""
    access = services().access
    _find(access.tokens.all(), name)
    access.tokens.remove(name)
    return "", HTTPStatus.NO_CONTENT


def _describe(person: Person) -> schemas.Account:
    return {"name": person.name, "role": person.role.title}


def _role(title: str) -> Role:
    for role in Role:
        if role.title == title:
            return role
    raise AccessError("role_unknown", roles=[role.title for role in Role])


def _name_and_role() -> tuple[str, Role]:
    given = read_body(schemas.NewEntry)
    name = given["name"].strip()
    concerns(name)
    return name, _try(_role, given["role"])


def _try(work: Any, *arguments: Any) -> Any:
    """What `work` answers; what it refuses is no matter of rights here, but of what was sent."""
    try:
        return work(*arguments)
    except AccessError as error:
        refuse_for(HTTPStatus.UNPROCESSABLE_ENTITY, error)


def _find(among: list[Person], name: str) -> None:
    if name not in {person.name for person in among}:
        refuse(HTTPStatus.NOT_FOUND, "nobody_of_this_name")
