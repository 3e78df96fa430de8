"""What only the owner may: settings, people, tokens, and the audit log. One blueprint a concern."""

from flask import Flask

from device.access import Access
from device.preferences import Preferences
from device.records import Records
from device.records.restoring import Restoring
from device.service.restart import Restart
from device.web.control import accounts, audit, backup, restore, settings
from device.web.upload import Uploads


def install(
    app: Flask,
    access: Access,
    records: Records,
    preferences: Preferences | None,
    restart: Restart,
    uploads: Uploads | None,
) -> None:
    """Add the pages to `app`; settings need `preferences`, and restoring a backup `uploads`."""
    app.register_blueprint(accounts.blueprint(access))
    app.register_blueprint(audit.blueprint(access))
    app.register_blueprint(backup.blueprint(records))
    if uploads:
        app.register_blueprint(restore.blueprint(Restoring(records.backups), uploads))
    if preferences:
        app.register_blueprint(settings.blueprint(preferences, restart))
