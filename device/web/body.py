"""What a program sends, checked before it is used."""

from http import HTTPStatus
from typing import Any, TypeVar, cast

import msgspec
from flask import request

from device.documents import check_bounds
from device.web.refusal import refuse

Body = TypeVar("Body")


def read_body(schema: type[Body]) -> Body:
    """The request's JSON object, checked against `schema`: a TypedDict, or a dict of any keys.

    Other bodies are answered with 400, 415 or 422 and a sentence that says what to send.
    """
    try:
        value: Any = request.get_json()
    except RecursionError:
        refuse(HTTPStatus.BAD_REQUEST, "body_too_much")
    if not isinstance(value, dict):
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "one_json_object")
    try:
        check_bounds(value)
    except UnicodeEncodeError:
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "lone_surrogate")
    except ValueError:
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "body_too_much")
    known = getattr(schema, "__annotations__", None)
    for key in value:
        if known is not None and key not in known:
            refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "key_unknown", key=key, known=list(known))
    try:
        msgspec.convert(value, schema)
    except msgspec.ValidationError as error:
        refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "body_refused", error=str(error))
    # As it was sent: what a nested object has besides is refused by whoever reads it, and not dropped here.
    return cast(Body, value)
