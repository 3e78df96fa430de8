"""The page: Flask, one blueprint a concern."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flask import Flask

from device.access import Access
from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.certificate import Certificate
from device.examiner import Examiner
from device.export.jobs import Jobs
from device.health import Checks
from device.optics import Optics
from device.preferences import Preferences
from device.records import Records
from device.serialization import NOT_A_DEVICE
from device.service.restart import Restart
from device.web import (
    api,
    audit,
    auth,
    classes,
    compare,
    control,
    description,
    door,
    exports,
    finding,
    guard,
    health,
    history,
    join,
    language,
    live,
    metrics,
    navigation,
    pages,
    people,
    phone,
    report,
    trust,
    welcome,
    wording,
)
from device.web.audit import Auditor
from device.web.routing import App, Room
from device.web.upload import UPLOADS, Uploads
from device.wifi.profile import AccessPoint


@dataclass(frozen=True)
class About:
    """What the About page says: versions, what runs the model, the camera, and the model card as Markdown."""

    version: str
    model: str
    runs_on: str
    model_card: str
    camera: str


@dataclass(frozen=True)
class Parts:
    """What the page stands on; `own_wifi` is the access point to join, `optics` corrects the live view.

    `jobs` are the exports and imports; without them there is no page for these.
    With `plain_for` only this machine, which has these addresses beside loopback, may go without encryption.
    """

    examiner: Examiner
    records: Records
    ring: FrameRing
    announcer: Announcer
    about: About
    access: Access
    own_wifi: AccessPoint | None = None
    checks: Checks = field(default_factory=Checks)
    optics: Callable[[], Optics] = Optics
    field_width_mm: Callable[[str], float | None] = lambda optics: None
    preferences: Preferences | None = None
    restart: Restart = field(default_factory=Restart)
    log_lines: Callable[[], list[str]] = list
    jobs: Jobs | None = None
    certificate: Certificate | None = None
    plain_for: frozenset[str] | None = None


def create_app(parts: Parts) -> App:
    """The page over the given parts, closed to everyone whom its `access` doesn't know."""
    app = App(__name__)
    auditor = Auditor(parts.access.audit)
    _teach_templates(app, parts)
    uploads = None
    if jobs := parts.jobs:
        uploads = app.extensions[UPLOADS] = Uploads(parts.access, jobs.make_room, jobs.reserve)
    for room in _rooms(parts, uploads, auditor):
        room.join(app)
    if uploads:
        uploads.routes.update(app.uploads())
    # The guard asks first: whether the browser may ask at all, before who it is.
    guard.install(app, parts.plain_for)
    auth.install(app, parts.access, auditor)
    audit.install(app, auditor)
    return app


def _teach_templates(app: Flask, parts: Parts) -> None:
    app.jinja_env.globals.update(notice=NOT_A_DEVICE, triages=wording.TRIAGES, about=parts.about)
    app.jinja_env.filters.update(
        percent=wording.percent, moment=wording.moment, sentence=wording.sentence, share=wording.share
    )
    language.install(app)
    classes.install(app, parts.examiner.classifier.classes)
    navigation.install(app)
    finding.install(app, parts.examiner.classifier, parts.field_width_mm)
    people.install(app, parts.records)


def _rooms(parts: Parts, uploads: Uploads | None, auditor: Auditor) -> Iterator[Room]:
    about, access, records = parts.about, parts.access, parts.records
    yield phone.blueprint()
    yield pages.blueprint(parts.examiner, records, about)
    yield history.blueprint(records)
    yield report.blueprint(records)
    yield live.blueprint(parts.ring, parts.optics)
    yield join.blueprint(parts.own_wifi, "http" if parts.plain_for is None else "https")
    yield api.blueprint(parts.examiner, records, parts.ring, parts.announcer, about, auditor)
    yield door.blueprint(access)
    yield health.blueprint(parts.checks, about, parts.preferences, parts.log_lines)
    yield metrics.blueprint(
        metrics.Metrics(parts.announcer, parts.ring, records, parts.checks, about.version, about.model)
    )
    yield description.blueprint(about.version)
    yield from control.blueprints(access, records, parts.preferences, parts.restart, uploads)
    yield from people.blueprints(records)
    yield compare.blueprint(records, parts.field_width_mm)
    yield welcome.blueprint(access, records)
    yield language.blueprint()
    yield trust.blueprint(parts.certificate)
    if parts.jobs and uploads:
        yield exports.blueprint(records, parts.jobs, uploads)
