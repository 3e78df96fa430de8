"""What only the owner may: settings, people, tokens, the audit log, and backups. One room a concern."""

from device.web.control import accounts, audit, backup, restore, settings

ROOMS = (accounts.room, audit.room, backup.room, restore.room, settings.room)
