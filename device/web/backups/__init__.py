"""All records as one file, out and in."""

from device.web.backups import backup, restore

ROOMS = (
    backup.room,
    restore.room,
)
