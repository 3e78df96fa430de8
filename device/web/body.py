"""What a program sends, checked before it is used."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import abort, json, request


def read_object(known: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    """The request's JSON object, whose keys are among `known` and whose values have the types named there.

    Other bodies are answered with 400, 415 or 422 and a sentence that says what to send.
    """
    value = request.get_json()
    if not isinstance(value, dict):
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "send one JSON object")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "half of a character is no text (a lone surrogate)")
    for key, given in value.items():
        if key not in known:
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is not known here; known are {', '.join(known)}")
        wanted = known[key]
        # In Python a boolean is an integer too.
        is_flag = isinstance(given, bool) and bool not in (wanted if isinstance(wanted, tuple) else (wanted,))
        if is_flag or not isinstance(given, wanted):
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' has the wrong type")
    return value
