"""What the device is made of: versions, the model card, and licences."""

from flask import render_template

from device.access import Role
from device.licences import enclosed, libraries
from device.web.door.join import can_join
from device.web.help.markdown import to_html
from device.web.routing import Room
from device.web.services import services

room = Room("about", __name__)


@room.get("/about", role=Role.VIEWER, audit=None)
def page() -> str:
    """Versions, the model card and licences."""
    about = services().about
    return render_template(
        "help/about.html",
        card=to_html(about.model_card),
        camera=services().ring.camera,
        libraries=(*enclosed(), *libraries()),
        can_join=can_join(),
    )
