"""What leaves the device and comes in from another."""

from device.web.exports import pages

ROOMS = (pages.room,)
