"""What a route declares beside its view: who may use it, what the audit log writes, what programs get.

A room is a Flask blueprint whose routes can't be added without that:

    room = Room("persons", __name__)

    @room.get("/persons/<person_id>", role=Role.VIEWER, audit=Action.SAW_PERSON)
    def page(person_id: str) -> str: ...

    @room.get(
        "/api/v1/persons/<person_id>",
        role=Role.VIEWER,
        audit=Action.SAW_PERSON,
        api=Operation(schemas.Person),
    )
    def read_person(person_id: str) -> schemas.Person: ...

The description of the API is made of these declarations, of the names of the views, and of their docstrings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory
from jinja2 import BaseLoader
from werkzeug.utils import cached_property

from device.access import Role
from device.access.actions import Action
from device.web import files

STATIC = "static"
"""The endpoint of files that are part of the program: open to all, and no word in the audit log."""

API = "/api/v1/"
"""What the addresses for programs begin with; each of their routes declares an Operation."""

View = TypeVar("View", bound=Callable[..., Any])


class File:
    """Stands for a body that is a file, as it is."""


@dataclass(frozen=True)
class Operation:
    """What a program sends and gets; types are as msgspec reads them, mostly a TypedDict.

    `answer`: of the JSON answer; None: it has no content.
    `body`: of the JSON body, or File; None: none is read.
    `query`: a TypedDict of what the address may say behind its `?`.
    `problems`: how it may fail, beside the ways that follow from the rest, see `openapi.py`.
    `media`: the types of an answer that isn't JSON.
    `location`: the answer's header Location says where what was made can be had.
    """

    answer: Any = None
    status: HTTPStatus = HTTPStatus.OK
    body: Any = None
    query: Any = None
    problems: tuple[HTTPStatus, ...] = ()
    media: tuple[str, ...] = ()
    location: bool = False


@dataclass(frozen=True)
class Declaration:
    """What is declared of one endpoint.

    `role`: the least that one must have; None: open to all.
    `audit`: what the audit log writes when it was answered; None: it is about no person.
    `local`: programs on this machine need no login.
    `plain`: needs no encryption.
    `upload`: takes a body larger than others.
    `api`: what programs send and get; None: it is a page.
    `keep`: browsers may keep the answer, since it is about nobody.
    """

    role: Role | None
    audit: Action | None
    local: bool = False
    plain: bool = False
    upload: bool = False
    api: Operation | None = None
    keep: bool = False


class UndeclaredRouteError(TypeError):
    """A route was added without what it must declare."""


class Room:
    """The routes of one concern, below `prefix`."""

    def __init__(self, name: str, import_name: str, prefix: str = "") -> None:
        self._prefix = prefix
        self._blueprint = Blueprint(name, import_name, url_prefix=prefix or None)
        self._declarations: dict[str, Declaration] = {}

    def route(
        self,
        method: str,
        path: str,
        *,
        role: Role | None,
        audit: Action | None,
        local: bool = False,
        plain: bool = False,
        upload: bool = False,
        api: Operation | None = None,
        keep: bool = False,
        endpoint: str | None = None,
    ) -> Callable[[View], View]:
        """Declare a view; `endpoint` names it where its function's name is taken.

        Raises UndeclaredRouteError for a route for programs without an Operation.
        """
        declaration = Declaration(role, audit, local, plain, upload, api, keep)
        if (self._prefix + path).startswith(API) and api is None:
            raise UndeclaredRouteError(f"{self._prefix}{path} is for programs; declare api=Operation(...)")

        def declare(view: View) -> View:
            name = endpoint or view.__name__
            self._declarations[f"{self._blueprint.name}.{name}"] = declaration
            self._blueprint.add_url_rule(path, name, view, methods=[method])
            return view

        return declare

    def get(self, path: str, **declared: Any) -> Callable[[View], View]:
        """Declare a view that only reads; the arguments are those of `route`."""
        return self.route("GET", path, **declared)

    def post(self, path: str, **declared: Any) -> Callable[[View], View]:
        """Declare a view that does something."""
        return self.route("POST", path, **declared)

    def put(self, path: str, **declared: Any) -> Callable[[View], View]:
        """Declare a view that sets something."""
        return self.route("PUT", path, **declared)

    def patch(self, path: str, **declared: Any) -> Callable[[View], View]:
        """Declare a view that changes something."""
        return self.route("PATCH", path, **declared)

    def delete(self, path: str, **declared: Any) -> Callable[[View], View]:
        """Declare a view that removes something."""
        return self.route("DELETE", path, **declared)

    def join(self, app: "WebApp") -> None:
        """Make the routes part of `app`."""
        app.declarations.update(self._declarations)
        app.register_blueprint(self._blueprint)


class WebApp(Flask):
    """A Flask app whose every route is declared."""

    def __init__(self, import_name: str) -> None:
        self.declarations: dict[str, Declaration] = {
            STATIC: Declaration(role=None, audit=None, plain=True, keep=True)
        }
        super().__init__(import_name)

    @cached_property
    def jinja_loader(self) -> BaseLoader:
        """Flask's hook: finds the templates of all rooms."""
        return files.template_loader(Path(self.root_path))

    def send_static_file(self, filename: str) -> Response:
        """Flask's view of static files, with those of all rooms."""
        max_age = self.get_send_file_max_age(filename)
        return send_from_directory(self.root_path, files.static_file(filename), max_age=max_age)

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Flask's own, for what is declared. Raises UndeclaredRouteError for the rest."""
        if endpoint not in self.declarations:
            raise UndeclaredRouteError(f"{rule} declares neither role nor audit; add it to a Room")
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)

    def uploads(self) -> dict[str, Declaration]:
        """The addresses that take large bodies, with what they declare."""
        declared = ((rule.rule, self.declarations[rule.endpoint]) for rule in self.url_map.iter_rules())
        return {path: declaration for path, declaration in declared if declaration.upload}


def declaration_of(endpoint: str | None) -> Declaration | None:
    """What the endpoint of the running app declares; None: there is no such endpoint."""
    return cast(WebApp, current_app).declarations.get(endpoint or "")


def declared() -> Declaration | None:
    """What the endpoint that is asked for declares; None: the address leads nowhere."""
    return declaration_of(request.endpoint)
