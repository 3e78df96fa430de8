"""A word on the next page about what was just done: that it is saved, or why nothing was done.

It travels as a code in a cookie, and goes with the first page that shows it.
"""

from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as Answer

from device.message import Message

COOKIE = "flash"
SECONDS = 60
SAVED, NOTHING_CHANGED, NOTHING_PICKED, REMOVED = "saved", "nothing_changed", "nothing_picked", "removed"
_CODES = (SAVED, NOTHING_CHANGED, NOTHING_PICKED, REMOVED)


def see(address: str, code: str = SAVED) -> Answer:
    """Lead to a page of the device, which says the text of `code`."""
    answer = redirect(address, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE, code, max_age=SECONDS, secure=request.is_secure, httponly=True, samesite="Strict"
    )
    return answer


def install(app: Flask) -> None:
    """Give the templates of `app` the message `flash`, or None."""
    app.context_processor(lambda: {"flash": _message()})
    app.after_request(_forget)


def _message() -> Message | None:
    code = request.cookies.get(COOKIE, "")
    return Message(code) if code in _CODES else None


def _forget(response: Response) -> Response:
    shown = COOKIE in request.cookies and response.status_code != HTTPStatus.SEE_OTHER
    if shown and response.mimetype == "text/html":
        response.delete_cookie(COOKIE, secure=request.is_secure, httponly=True, samesite="Strict")
    return response
