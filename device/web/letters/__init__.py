"""The letter to a dermatologist, which examiners may make of their patient."""

from device.web.letters import pages

ROOMS = (pages.room,)
