"""What explains the device, and what makes its page an app on a phone."""

from device.web.help import about, description, phone

ROOMS = (about.room, phone.room, description.room)
