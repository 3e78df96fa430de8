"""What a program sends, checked before it is used."""

from http import HTTPStatus
from typing import Any, TypeVar, cast

import msgspec
from flask import abort, request

from device.documents import check_bounds

_TOO_MUCH = "something in it is nested too deeply, too long, or no text or number; send less"

Body = TypeVar("Body")


def read_body(schema: type[Body]) -> Body:
    """The request's JSON object, checked against `schema`: a TypedDict, or a dict of any keys.

    Other bodies are answered with 400, 415 or 422 and a sentence that says what to send.
    """
    try:
        value: Any = request.get_json()
    except RecursionError:
        abort(HTTPStatus.BAD_REQUEST, _TOO_MUCH)
    if not isinstance(value, dict):
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "send one JSON object")
    try:
        check_bounds(value)
    except UnicodeEncodeError:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "half of a character is no text (a lone surrogate)")
    except ValueError:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, _TOO_MUCH)
    known = getattr(schema, "__annotations__", None)
    for key in value:
        if known is not None and key not in known:
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is not known here; known are {', '.join(known)}")
    try:
        msgspec.convert(value, schema)
    except msgspec.ValidationError as error:
        abort(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"{error}; /api/v1/openapi.json says what this body may be",
        )
    # As it was sent: what a nested object has besides is refused by whoever reads it, and not dropped here.
    return cast(Body, value)
