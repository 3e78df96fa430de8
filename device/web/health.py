"""How the device's parts are, for people and for programs."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Response, render_template

from device.access import Role
from device.access.actions import Action
from device.health import Checks
from device.health.support import make_support_file
from device.preferences import Preferences
from device.web.routing import Room

if TYPE_CHECKING:
    from device.web import About


def blueprint(
    checks: Checks, about: "About", preferences: Preferences | None, log_lines: Callable[[], list[str]]
) -> Room:
    """`/health`, `/api/v1/health`, and `/health/support.zip` for a helper from afar."""
    health = Room("health", __name__)

    @health.get("/health", role=Role.VIEWER, audit=None)
    def page() -> str:
        return render_template("health.html", healths=checks.look())

    @health.get("/api/v1/health", role=Role.VIEWER, audit=None)
    def state() -> dict[str, Any]:
        return {"health": [asdict(each) for each in checks.look()]}

    @health.get("/health/support.zip", role=Role.OWNER, audit=Action.DOWNLOADED_SUPPORT_FILE)
    def support() -> Response:
        versions = {"version": about.version, "model": about.model, "runs on": about.runs_on}
        settings = {each.name: str(each.value) for each in preferences.entries()} if preferences else {}
        file = make_support_file(
            versions | {"camera": about.camera},
            [{name: str(value) for name, value in asdict(each).items()} for each in checks.look()],
            settings,
            log_lines(),
        )
        return Response(
            file,
            mimetype="application/zip",
            headers={"Content-Disposition": "attachment; filename=dermapoint-support.zip"},
        )

    return health
