"""Consent: asked for and signed on the screen, listed, and withdrawn."""

from device.web.consents import api, pages

ROOMS = (pages.room, api.room)
