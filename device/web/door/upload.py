"""Where the server in front asks, before a large body comes, whether it may."""

from http import HTTPStatus

from flask import request

from device.access import Role
from device.errors import AccessError
from device.web.routing import Room
from device.web.services import services

PATH = "/front/upload"
LENGTH = "X-Upload-Length"
"""The header that says how long the body is."""

room = Room("upload", __name__)


@room.get(PATH, role=Role.OWNER, audit=None)
def may_come() -> tuple[str, int]:
    """204 when who asks may send it and there is room; as to all others 401 or 403."""
    if request.headers.get(LENGTH, 0, int) > services().uploads.room():
        raise AccessError("no_room_for_file")
    return "", HTTPStatus.NO_CONTENT
