"""What only the owner may: settings, people, tokens, and the audit log. One blueprint a concern."""

from collections.abc import Iterator

from device.access import Access
from device.preferences import Preferences
from device.records import Records
from device.records.restoring import Restoring
from device.service.restart import Restart
from device.web.control import accounts, audit, backup, restore, settings
from device.web.routing import Room
from device.web.upload import Uploads


def blueprints(
    access: Access,
    records: Records,
    preferences: Preferences | None,
    restart: Restart,
    uploads: Uploads | None,
) -> Iterator[Room]:
    """The pages; settings need `preferences`, and restoring a backup `uploads`."""
    yield accounts.blueprint(access)
    yield audit.blueprint(access)
    yield backup.blueprint(records)
    if uploads:
        yield restore.blueprint(Restoring(records.backups), uploads)
    if preferences:
        yield settings.blueprint(preferences, restart)
