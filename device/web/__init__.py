"""The page: Flask, one blueprint a concern."""

from dataclasses import dataclass

from flask import Flask

from device.access import Access
from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.examiner import Examiner
from device.health import Checks
from device.records import Records
from device.serialization import NOT_A_DEVICE
from device.web import api, entry, guard, health, join, live, pages, trail, wording
from device.wifi.profile import AccessPoint


@dataclass(frozen=True)
class About:
    """What the About page says: versions, what runs the model, the camera, and the model card as Markdown."""

    version: str
    model: str
    runs_on: str
    model_card: str
    camera: str


def create_app(
    examiner: Examiner,
    records: Records,
    ring: FrameRing,
    announcer: Announcer,
    about: About,
    access: Access,
    own_wifi: AccessPoint | None = None,
    checks: Checks | None = None,
) -> Flask:
    """The page over the given parts, closed to everyone whom `access` doesn't know.

    With `own_wifi` it shows how to join it.
    """
    app = Flask(__name__)
    app.jinja_env.globals.update(
        notice=NOT_A_DEVICE, triages=wording.TRIAGES, classes=wording.CLASSES_IN_WORDS, about=about
    )
    app.jinja_env.filters["percent"] = wording.percent
    app.register_blueprint(pages.blueprint(examiner, records, about))
    app.register_blueprint(live.blueprint(ring))
    app.register_blueprint(join.blueprint(own_wifi))
    app.register_blueprint(api.blueprint(examiner, records, ring, announcer, about))
    app.register_blueprint(entry.blueprint(access))
    app.register_blueprint(health.blueprint(checks or Checks()))
    guard.install(app)
    entry.install(app, access)
    trail.install(app, access)
    return app
