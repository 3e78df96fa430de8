"""The page: Flask, one blueprint a concern."""

from collections.abc import Callable
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
    compare,
    control,
    description,
    entry,
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
    trail,
    trust,
    welcome,
    wording,
)
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


def create_app(parts: Parts) -> Flask:
    """The page over the given parts, closed to everyone whom its `access` doesn't know."""
    app = Flask(__name__)
    app.jinja_env.globals.update(
        notice=NOT_A_DEVICE, triages=wording.TRIAGES, classes=wording.CLASSES_IN_WORDS, about=parts.about
    )
    app.jinja_env.filters.update(
        percent=wording.percent, moment=wording.moment, sentence=wording.sentence, share=wording.share
    )
    finding.install(app, parts.examiner.classifier, parts.field_width_mm)
    app.register_blueprint(phone.blueprint())
    app.register_blueprint(pages.blueprint(parts.examiner, parts.records, parts.about))
    app.register_blueprint(history.blueprint(parts.records))
    app.register_blueprint(report.blueprint(parts.records))
    app.register_blueprint(live.blueprint(parts.ring, parts.optics))
    app.register_blueprint(join.blueprint(parts.own_wifi, "http" if parts.plain_for is None else "https"))
    app.register_blueprint(
        api.blueprint(parts.examiner, parts.records, parts.ring, parts.announcer, parts.about)
    )
    app.register_blueprint(entry.blueprint(parts.access))
    app.register_blueprint(health.blueprint(parts.checks, parts.about, parts.preferences, parts.log_lines))
    about = parts.about
    figures = metrics.Metrics(
        parts.announcer, parts.ring, parts.records, parts.checks, about.version, about.model
    )
    app.register_blueprint(metrics.blueprint(figures))
    uploads = None
    if jobs := parts.jobs:
        uploads = app.extensions[UPLOADS] = Uploads(parts.access, jobs.make_room, jobs.reserve)
        app.register_blueprint(exports.blueprint(parts.records, jobs, uploads))
    app.register_blueprint(description.blueprint(parts.about.version))
    control.install(app, parts.access, parts.records, parts.preferences, parts.restart, uploads)
    people.install(app, parts.records)
    app.register_blueprint(compare.blueprint(parts.records, parts.field_width_mm))
    app.register_blueprint(welcome.blueprint(parts.access, parts.records))
    app.register_blueprint(language.blueprint())
    language.install(app)
    navigation.install(app)
    app.register_blueprint(trust.blueprint(parts.certificate))
    guard.install(app, parts.plain_for)
    entry.install(app, parts.access)
    trail.install(app, parts.access)
    return app
