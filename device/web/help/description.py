"""`/api/v1/openapi.json`."""

from typing import cast

from flask import current_app

from device.web.openapi import describe
from device.web.routing import Operation, Room, WebApp
from device.web.schemas import Json
from device.web.services import services

room = Room("description", __name__)


@room.get("/api/v1/openapi.json", role=None, audit=None, api=Operation(Json))
def describe_api() -> Json:
    """This description."""
    return describe(cast(WebApp, current_app), services().about.version)
