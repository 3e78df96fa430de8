"""Who may enter, and who did what."""

from device.web.access import accounts, audit_log

ROOMS = (
    accounts.room,
    audit_log.room,
)
