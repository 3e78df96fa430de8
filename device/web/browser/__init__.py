"""The page that classifies in the browser itself, without the device's camera or model."""

from device.web.browser import views

ROOMS = (views.room,)
