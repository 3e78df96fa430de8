"""Where the server in front asks, before a large body comes, whether it may."""

from http import HTTPStatus
from typing import cast

from flask import current_app, g, request

from device.access import Role
from device.errors import AccessError
from device.message import Message
from device.web.routing import Room, WebApp
from device.web.services import services

PATH = "/front/upload"
LENGTH = "X-Upload-Length"
"""The header that says how long the body is."""
TARGET = "X-Upload-Path"
"""The header that says where it is sent."""

room = Room("upload", __name__)


@room.get(PATH, role=Role.EXAMINER, audit=None)
def may_come() -> tuple[str, int]:
    """204 when who asks may send it there and there is room; as to all others 401 or 403."""
    declaration = cast(WebApp, current_app).uploads().get(request.headers.get(TARGET, "").partition("?")[0])
    needed = declaration.role if declaration and declaration.role else Role.OWNER
    if not g.person.may(needed):
        raise AccessError("role_too_low", needed=Message(needed.title), role=Message(g.person.role.title))
    if request.headers.get(LENGTH, 0, int) > services().uploads.room():
        raise AccessError("no_room_for_file")
    return "", HTTPStatus.NO_CONTENT
