"""How the device's parts are, for people and for programs."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, render_template

from device.health import Checks


def blueprint(checks: Checks) -> Blueprint:
    """`/health` and `/api/v1/health`."""
    health = Blueprint("health", __name__)

    @health.get("/health")
    def page() -> str:
        return render_template("health.html", healths=checks.look())

    @health.get("/api/v1/health")
    def state() -> dict[str, Any]:
        return {"health": [asdict(each) for each in checks.look()]}

    return health
