"""The API described for programs: OpenAPI 3.1, made of what the routes declare."""

import inspect
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from device.web.auth import COOKIE
from device.web.routing import Declaration, File, Operation, WebApp
from device.web.schemas import PATH, Problem

TITLE = "Dermapoint"
DESCRIPTION = (
    "Everything that the pages do, for programs. Dermapoint is a research and teaching instrument, not a "
    "medical device: what it says is not a diagnosis. Send a token as `Authorization: Bearer TOKEN`; the "
    "owner makes one. Viewers may read, examiners may press and write into the records, owners may do "
    "everything. Errors are problem details (RFC 9457). Times are ISO 8601, with their offset from UTC."
)
_REFERENCE = "#/components/schemas/{name}"
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?(\w+)>")

_ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.MISDIRECTED_REQUEST,
    HTTPStatus.INSUFFICIENT_STORAGE,
)
"""Any request may be answered so: without meaning, from nobody, not allowed, meant for another host, or from
records that can't be read or written."""
_WITH_BODY = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_WITH_ARGUMENTS = (HTTPStatus.NOT_FOUND,)


class Route(NamedTuple):
    """One operation of the API: `name` is its view's, `path` has its arguments in braces."""

    name: str
    method: str
    path: str
    declaration: Declaration
    operation: Operation
    docstring: str


def routes(app: WebApp) -> Iterator[Route]:
    """The routes of `app` that declare an Operation."""
    for rule in app.url_map.iter_rules():
        declaration = app.declarations[rule.endpoint]
        if declaration.api:
            [method] = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            yield Route(
                rule.endpoint.rpartition(".")[2],
                method,
                _ARGUMENT.sub(r"{\1}", rule.rule),
                declaration,
                declaration.api,
                inspect.getdoc(app.view_functions[rule.endpoint]) or "",
            )


def describe(app: WebApp, version: str) -> dict[str, Any]:
    """The whole description of the API of `app`, in the given version."""
    known = sorted(routes(app), key=lambda route: (route.path, route.method))
    schemas = Schemas(known)
    paths: dict[str, dict[str, Any]] = {}
    for route in known:
        paths.setdefault(route.path, {})[route.method.lower()] = _describe(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "POST /login",
                },
            },
            "schemas": schemas.components,
        },
    }


class Schemas:
    """JSON Schemas of the types that routes declare; what has a name is among `components`."""

    def __init__(self, known: list[Route]) -> None:
        declared = [kind for route in known for kind in (route.operation.answer, route.operation.body)]
        self._types = [kind for kind in (Problem, *declared) if kind not in (None, File)]
        self._queries = [route.operation.query for route in known if route.operation.query]
        everything = [*self._types, *self._queries, *PATH.values()]
        schemas, components = msgspec.json.schema_components(everything, ref_template=_REFERENCE)
        self._schemas = [(kind, schema) for kind, schema in zip(everything, schemas, strict=True)]
        self._all = {name: _closed(schema) for name, schema in components.items()}

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type."""
        return next(schema for known, schema in self._schemas if known is kind)

    def fields(self, kind: Any) -> tuple[Mapping[str, Any], list[str]]:
        """The schemas of a TypedDict's fields, and which are required."""
        schema = self._all[self.of(kind)["$ref"].rpartition("/")[2]]
        return schema["properties"], schema.get("required", [])

    @property
    def components(self) -> dict[str, Any]:
        """What has a name, but for those that only stand for the query of an address."""
        names = {self.of(kind)["$ref"].rpartition("/")[2] for kind in self._queries}
        return {name: schema for name, schema in self._all.items() if name not in names}


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Nothing is sent or answered that isn't described."""
    # The class's name and its docstring, which is for those who read the code.
    schema.pop("title", None)
    return schema | {"additionalProperties": False} if "properties" in schema else schema


def _describe(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation = route.operation
    summary, _, description = route.docstring.partition("\n")
    described: dict[str, Any] = {"operationId": _camel(route.name), "summary": summary.rstrip(".")}
    if description.strip():
        described["description"] = " ".join(description.split())
    if route.declaration.role is None:
        described["security"] = []
    else:
        described["x-role"] = route.declaration.role.title
    if parameters := [*_arguments(route, schemas), *_query(operation, schemas)]:
        described["parameters"] = parameters
    if operation.body:
        described["requestBody"] = {"required": True, "content": _content(operation.body, schemas)}
    described["responses"] = _responses(route, schemas)
    return described


def _arguments(route: Route, schemas: Schemas) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": schemas.of(PATH[name])}


def _query(operation: Operation, schemas: Schemas) -> Iterator[dict[str, Any]]:
    if operation.query:
        properties, required = schemas.fields(operation.query)
        for name, schema in properties.items():
            yield {"name": name, "in": "query", "required": name in required, "schema": schema}


def _content(kind: Any, schemas: Schemas) -> dict[str, Any]:
    if kind is File:
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": schemas.of(kind)}}


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation = route.operation
    right: dict[str, Any] = {"description": operation.status.phrase}
    if operation.media:
        right["content"] = {media: {} for media in operation.media}
    elif operation.answer is not None:
        right["content"] = _content(operation.answer, schemas)
    if operation.location:
        right["headers"] = {"Location": {"description": "Where it can be had.", "schema": {"type": "string"}}}
    wrong = (
        *_ALWAYS,
        *(_WITH_BODY if operation.body else ()),
        *(_WITH_ARGUMENTS if "{" in route.path else ()),
        *operation.problems,
    )
    return {str(operation.status.value): right} | {
        str(status.value): {
            "description": status.phrase,
            "content": {"application/problem+json": {"schema": schemas.of(Problem)}},
        }
        for status in sorted(wrong)
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
