"""`Try a picture`: the page and its files, served to whoever may look."""

import hashlib
import mimetypes
from http import HTTPStatus

from flask import Response, request

from browser.site import read
from device.access import Role
from device.web.guard import HEADERS
from device.web.language import language
from device.web.refusal import refuse
from device.web.routing import Room
from device.web.services import services

PAGE = "index.html"

SECURITY = f"{HEADERS['Content-Security-Policy']}; script-src 'self' 'wasm-unsafe-eval'"
"""The page's own: it may compile WebAssembly, which no other may."""

_TYPES = {
    ".gz": "application/octet-stream",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
}
"""What is to be said whatever the system's own table has; what is packed is for the page to unpack."""


room = Room("browser", __name__, prefix="/try")


@room.get("/", role=Role.VIEWER, audit=None)
def page() -> Response:
    """The page, in the language of whoever asks."""
    answer = _answer(PAGE)
    answer.set_data(answer.get_data().replace(b'lang="en"', f'lang="{language()}"'.encode(), 1))
    return answer


@room.get("/<path:name>", role=Role.VIEWER, audit=None, keep=True)
def file(name: str) -> Response:
    """A file of the page; none is about anybody."""
    answer = _answer(name)
    # Kept, but asked for again each time: another model makes other files of the same names.
    answer.headers["Cache-Control"] = "no-cache"
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest())
    answer.make_conditional(request)
    return answer


def _answer(name: str) -> Response:
    files = services().browser_files
    if name not in files:
        refuse(HTTPStatus.NOT_FOUND, "no_such_file")
    suffix = name[name.rindex(".") :]
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(read(files[name]), content_type=kind, headers={"Content-Security-Policy": SECURITY})
