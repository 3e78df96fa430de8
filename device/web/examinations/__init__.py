"""Examinations: the page with the button, the finding, the history, and how right the device was."""

from device.web.examinations import api, history, opinions, pages, report, uploads

ROOMS = (
    pages.room,
    history.room,
    report.room,
    opinions.room,
    uploads.room,
    api.room,
)
