"""What the page stands on: the device's parts, which a view asks for with `services()`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from flask import Flask, current_app, url_for

from browser.site import Content, build_site
from device.access import Access
from device.announcer import Announcer
from device.camera.ring import FrameRing
from device.certificate import Certificate
from device.classifier.bundle import Bundle
from device.codes import CodeReader
from device.examiner import Examiner, FrameSource
from device.export.jobs import Jobs
from device.health import Checks
from device.images.decoder import Decoder
from device.optics import OpticsStore
from device.picture_recovery import PictureRecovery
from device.preferences import Preferences
from device.records import Records
from device.records.restoration import Restoration
from device.service.restart import Restart
from device.web.audit import Auditor
from device.web.upload import Uploads
from device.wifi.profile import AccessPoint

_EXTENSION = "dermapoint"


@dataclass(frozen=True)
class About:
    """What the About page says: versions, what runs the model, and the model card as Markdown."""

    version: str
    model: str
    runs_on: str
    model_card: str


@dataclass(frozen=True)
class Services:
    """The parts; `source` gives the bursts of a calibration.

    `aiming` is told that someone looks, and says whether someone aimed before.
    `bundle` is what the page that classifies in the browser is made of; without it there is none.
    `own_wifi` is the access point to join. With `plain_for` only this machine, which has these addresses
    beside loopback, may go without encryption. `calibration_days` is the age at which a calibration is old.
    `proxy_name` is what a proxy in front is called.
    """

    examiner: Examiner
    records: Records
    ring: FrameRing
    announcer: Announcer
    about: About
    access: Access
    jobs: Jobs
    preferences: Preferences
    optics: OpticsStore
    source: FrameSource
    aiming: Callable[[], bool] = lambda: True
    calibration_days: int = 0
    bundle: Bundle | None = None
    own_wifi: AccessPoint | None = None
    checks: Checks = field(default_factory=Checks)
    restart: Restart = field(default_factory=Restart)
    log_lines: Callable[[], list[str]] = list
    certificate: Certificate | None = None
    plain_for: frozenset[str] | None = None
    proxy_name: str = ""

    @property
    def scheme(self) -> str:
        """What others than this machine open the page with: http or https."""
        return "http" if self.plain_for is None else "https"

    @cached_property
    def auditor(self) -> Auditor:
        """Writes into the audit log."""
        return Auditor(self.access.audit)

    @cached_property
    def browser_files(self) -> dict[str, Content]:
        """The files of the page that classifies in the browser, by name; none without a bundle."""
        return build_site(self.bundle, url_for("pages.home"), url_for("trust.page")) if self.bundle else {}

    @cached_property
    def codes(self) -> CodeReader:
        """Reads the code of a person from what the camera sees."""
        return CodeReader(self.ring)

    @cached_property
    def decoder(self) -> Decoder:
        """Decodes pictures that are brought in."""
        return Decoder()

    @cached_property
    def uploads(self) -> Uploads:
        """Takes large bodies."""
        return Uploads(self.jobs.make_room, self.jobs.reserve)

    @cached_property
    def restoration(self) -> Restoration:
        """Restores backups in the background."""
        return Restoration(self.records.backups)

    @cached_property
    def picture_recovery(self) -> PictureRecovery:
        """Brings back pictures whose records are lost."""
        return PictureRecovery(self.records, self.examiner.classifier, self.optics.current)


def provide(app: Flask, parts: Services) -> None:
    """Let the views of `app` stand on `parts`."""
    app.extensions[_EXTENSION] = parts


def provided(app: Flask) -> Services:
    """The parts that `app` stands on."""
    return cast(Services, app.extensions[_EXTENSION])


def services() -> Services:
    """The parts of the app that runs the view."""
    return provided(current_app)
