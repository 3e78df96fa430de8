"""The page: Flask, one room a concern."""

from flask import Flask, request

from device.serialization import NOT_A_DEVICE
from device.web import (
    access,
    audit,
    auth,
    backups,
    browser,
    classes,
    consents,
    device,
    door,
    examinations,
    exports,
    flash,
    follow_ups,
    guard,
    help,
    language,
    letters,
    live,
    navigation,
    people,
    problems,
    upload,
    visit,
    wording,
)
from device.web.device import metrics
from device.web.examinations import finding, opinions
from device.web.live import view
from device.web.routing import WebApp
from device.web.services import About, Services, provide

__all__ = ["About", "Services", "create_app"]

ROOMS = (
    *door.ROOMS,
    *live.ROOMS,
    *examinations.ROOMS,
    *people.ROOMS,
    *visit.ROOMS,
    *follow_ups.ROOMS,
    *consents.ROOMS,
    *letters.ROOMS,
    *exports.ROOMS,
    *backups.ROOMS,
    *access.ROOMS,
    *device.ROOMS,
    *help.ROOMS,
    *browser.ROOMS,
    language.room,
)
"""All that the page has; a new one is a line here."""


def create_app(parts: Services) -> WebApp:
    """The page over the given parts, closed to everyone whom its `access` doesn't know."""
    app = WebApp(__name__)
    provide(app, parts)
    for room in ROOMS:
        room.join(app)
    # The guard asks first: whether the browser may ask at all, before who it is.
    guard.install(app, parts.plain_for, parts.proxy_name)
    auth.install(app, parts.access, parts.auditor)
    upload.install(app)
    flash.install(app)
    audit.install(app, parts.auditor)
    problems.install(app)
    _release_reserve(app, parts)
    metrics.install(app, parts)
    view.install(app, parts.optics.current)
    _equip_templates(app, parts)
    return app


def _release_reserve(app: Flask, parts: Services) -> None:
    """On a full card whoever changes something, enters or leaves has room for it."""

    @app.before_request
    def release() -> None:
        if request.method not in ("GET", "HEAD"):
            parts.records.reserve.release_if_needed()


def _equip_templates(app: Flask, parts: Services) -> None:
    app.jinja_env.globals.update(notice=NOT_A_DEVICE, triages=wording.TRIAGES, about=parts.about)
    app.jinja_env.globals["records_card"] = parts.records.card
    app.jinja_env.filters.update(
        sentence=wording.sentence,
    )
    language.install(app)
    classes.install(app, parts.examiner.classifier.classes)
    navigation.install(app)
    finding.install(app, parts.examiner.classifier, parts.optics.field_width_mm)
    opinions.install(app, parts.records)
    people.install(app, parts.records, parts.examiner.visits)
    follow_ups.install(app, parts.records)
