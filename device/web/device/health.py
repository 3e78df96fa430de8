"""How the device's parts are, for people and for programs."""

from typing import cast

from flask import Response, render_template

from device.access import Role
from device.access.actions import Action
from device.health import Health
from device.health.support import make_support_file
from device.serialization import message_to_json
from device.web.device import schemas
from device.web.routing import Operation, Room
from device.web.services import services

room = Room("health", __name__)


@room.get("/health", role=Role.VIEWER, audit=None)
def page() -> str:
    """How the parts are, and what to do."""
    checks = services().checks
    return render_template("device/health.html", healths=checks.look())


@room.get("/api/v1/health", role=Role.VIEWER, audit=None, api=Operation(schemas.Health))
def health() -> schemas.Health:
    """How the parts are, and what to do."""
    checks = services().checks
    return {"health": [_to_json(each) for each in checks.look()]}


@room.get("/health/support.zip", role=Role.OWNER, audit=Action.DOWNLOADED_SUPPORT_FILE)
def support() -> Response:
    """A file for a helper from afar, about the device and about no person."""
    preferences = services().preferences
    about = services().about
    log_lines = services().log_lines
    checks = services().checks
    versions = {"version": about.version, "model": about.model, "runs on": about.runs_on}
    settings = {each.name: str(each.value) for each in preferences.entries()}
    file = make_support_file(
        versions | {"camera": services().ring.camera},
        [{name: str(value) for name, value in _in_english(each).items()} for each in checks.look()],
        settings,
        log_lines(),
    )
    return Response(
        file,
        mimetype="application/zip",
        headers={"Content-Disposition": "attachment; filename=dermapoint-support.zip"},
    )


def _in_english(each: Health) -> dict[str, str]:
    return {
        "part": each.part,
        "state": each.state.value,
        "sentence": each.sentence,
        "advice": each.advice,
    }


def _to_json(each: Health) -> schemas.PartHealth:
    remedy = message_to_json(each.remedy) if each.remedy else None
    messages = {"finding": message_to_json(each.finding), "remedy": remedy}
    return cast(schemas.PartHealth, _in_english(each) | messages)
