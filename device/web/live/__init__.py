"""What the camera sees and what happens, as it happens."""

from device.web.live import events, view

ROOMS = (
    view.room,
    events.room,
)
