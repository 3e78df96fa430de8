"""What only the owner may: settings, people, tokens, and the audit log. One blueprint a concern."""

from flask import Flask

from device.access import Access
from device.preferences import Preferences
from device.service.restart import Restart
from device.web.control import accounts, audit, settings


def install(app: Flask, access: Access, preferences: Preferences | None, restart: Restart) -> None:
    """Add the pages to `app`; without `preferences` there are no settings to change."""
    app.register_blueprint(accounts.blueprint(access))
    app.register_blueprint(audit.blueprint(access))
    if preferences:
        app.register_blueprint(settings.blueprint(preferences, restart))
