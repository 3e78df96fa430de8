"""What makes the page an app on a phone: a manifest, a worker, and a page for when the device is away."""

from typing import Any

from flask import Response, current_app, render_template, url_for

from device.web.language import gettext
from device.web.routing import Room

room = Room("phone", __name__)


@room.get("/manifest.webmanifest", role=None, audit=None)
def manifest() -> tuple[dict[str, Any], dict[str, str]]:
    """W3C Web Application Manifest."""
    icons = [
        {
            "src": url_for("static", filename=f"icon-{side}.png"),
            "sizes": f"{side}x{side}",
            "type": "image/png",
        }
        for side in (192, 512)
    ]
    whole = {
        "name": "Dermapoint",
        "short_name": "Dermapoint",
        "description": gettext("Dermapoint is a research and teaching instrument, not a medical device."),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f2ef",
        "theme_color": "#0b6e74",
        "icons": [each | {"purpose": purpose} for each in icons for purpose in ("any", "maskable")],
    }
    return whole, {"Content-Type": "application/manifest+json"}


@room.get("/worker.js", role=None, audit=None)
def worker() -> Response:
    """The page's worker, for when the device is away."""
    # At the root: a worker's place is what it may serve.
    return current_app.send_static_file("help/worker.js")


@room.get("/offline", role=None, audit=None)
def offline() -> str:
    """The page for when the device is away."""
    return render_template("help/offline.html")
