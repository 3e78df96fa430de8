"""The device itself: its health, figures, settings, clock and calibration."""

from device.web.device import calibration, health, metrics, settings, status, welcome

ROOMS = (
    status.room,
    health.room,
    metrics.room,
    settings.room,
    welcome.room,
    calibration.room,
)
