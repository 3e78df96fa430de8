"""Builds the parts and runs them; the only place that wires."""

import logging
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType

from flask import Flask

from device import __version__
from device.announcer import Announcer
from device.camera import open_camera
from device.camera.feed import CameraFeed
from device.camera.ring import FrameRing
from device.classifier import open_classifier
from device.classifier.bundle import load_bundle
from device.examiner import Examiner
from device.panel import Panel
from device.records import Records
from device.settings import Settings
from device.web import About, create_app
from device.web.server import serve

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    """The running parts."""

    app: Flask
    examiner: Examiner
    panel: Panel
    records: Records
    ring: FrameRing


@contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """All parts, wired and running until the context ends.

    Raises DermapointError when a part can't start: a wrong bundle, folder, pin or setting.
    """
    with ExitStack() as stack:
        bundle = load_bundle(settings.bundle)
        classifier = open_classifier(bundle)
        records = Records(settings.state)
        stack.callback(records.close)
        ring, announcer = FrameRing(), Announcer()
        # Opened here first, so that a wrong folder is a clear error at the start and not a silent retry.
        camera = open_camera(settings)
        examiner = Examiner(ring, classifier, records, announcer)
        feed = CameraFeed(camera, lambda: open_camera(settings), ring, settings.frame_rate)
        panel = stack.enter_context(Panel(examiner, announcer, settings))
        feed.start()
        stack.callback(feed.stop)
        log.info("model %s on %s", bundle.title, classifier.runs_on)
        about = About(__version__, bundle.title, classifier.runs_on, bundle.model_card(), camera.name)
        yield House(create_app(examiner, records, ring, announcer, about), examiner, panel, records, ring)


def run(settings: Settings) -> None:
    """The daemon: serve until told to stop. Raises DermapointError when a part can't start."""
    signal.signal(signal.SIGTERM, _stop)
    with open_house(settings) as house:
        server = serve(house.app, settings.host, settings.port)
        try:
            house.ring.newest()
            log.info("ready")
            print(f"Dermapoint is ready: http://{settings.host}:{settings.port}", flush=True)
            server.run()
        except KeyboardInterrupt:
            log.info("stopped")
        finally:
            server.close()


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
