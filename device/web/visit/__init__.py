"""Who is being examined: chosen first, by name or a code, with the lesion; presses are then theirs."""

from device.web.visit import api, pages

ROOMS = (pages.room, api.room)
