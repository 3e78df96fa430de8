"""Builds the parts and runs them; the only place that wires."""

import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType

from flask import Flask

from device import __version__
from device.access import Access, open_access
from device.access.local import leave_token
from device.announcer import Announcer, Event
from device.camera import open_camera
from device.camera.ring import FrameRing
from device.camera.runner import CameraRunner
from device.classifier import open_classifier
from device.classifier.bundle import load_bundle
from device.examiner import Examiner
from device.panel import Panel
from device.records import Records, Rules
from device.settings import Settings
from device.web import About, create_app
from device.web.server import serve

HUNG = 70
"""The exit status after a camera that hung: EX_SOFTWARE of sysexits.h."""
_TELL_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    """The running parts."""

    app: Flask
    examiner: Examiner
    panel: Panel
    records: Records
    ring: FrameRing
    access: Access


@contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """All parts, wired and running until the context ends.

    Raises DermapointError when a part can't start: a wrong bundle, folder, pin or setting.
    """
    with ExitStack() as stack:
        announcer = Announcer()
        panel = stack.enter_context(Panel(announcer, settings))
        bundle = load_bundle(settings.bundle)
        classifier = open_classifier(bundle)
        access = open_access(settings.state)
        stack.callback(access.close)
        rules = Rules(settings.keep_days, settings.keep_free_mib, settings.make_room)
        records = Records(settings.state, rules=rules)
        stack.callback(records.close)
        records.caretaker.start()
        ring = FrameRing()
        # Opened here first, so that a wrong folder is a clear error at the start and not a silent retry.
        camera = open_camera(settings)
        runner = CameraRunner(
            camera,
            lambda: open_camera(settings),
            ring,
            settings.frame_rate,
            on_hang=lambda fault: _start_again(fault, announcer),
        )
        light = panel.ring_light.on_for_burst
        examiner = Examiner(runner, classifier, records, announcer, light)
        runner.start()
        stack.callback(runner.stop)
        log.info("model %s on %s", bundle.title, classifier.runs_on)
        about = About(__version__, bundle.title, classifier.runs_on, bundle.model_card(), camera.name)
        yield House(
            create_app(examiner, records, ring, announcer, about, access),
            examiner,
            panel,
            records,
            ring,
            access,
        )


def run(settings: Settings) -> None:
    """The daemon: serve until told to stop. Raises DermapointError when a part can't start."""
    signal.signal(signal.SIGTERM, _stop)
    with open_house(settings) as house:
        server = serve(house.app, settings.host, settings.port)
        try:
            house.ring.newest()
            house.panel.ready(house.examiner)
            log.info("ready")
            house.access.admit_local(leave_token(settings.port))
            _tell_where(settings, house.access)
            server.run()
        except KeyboardInterrupt:
            log.info("stopped")
        finally:
            server.close()


def _start_again(fault: str, announcer: Announcer) -> None:
    """End the process, since nothing can end a driver that hangs; systemd starts it again."""
    log.critical("%s", fault)
    announcer.announce(Event("fault", {"detail": fault}))
    time.sleep(_TELL_SECONDS)
    os._exit(HUNG)


def _tell_where(settings: Settings, access: Access) -> None:
    """Say on the console, and so once in the journal, where the page is and the owner's first PIN."""
    address = f"http://{settings.host}:{settings.port}"
    print(f"Dermapoint is ready: {address}", flush=True)
    # Nobody remembers a demo's PIN until the next day.
    pin = access.accounts.first_pin() or (access.accounts.renew_pin("owner") if settings.demo else None)
    if pin:
        print(f"The owner's PIN is {pin}: {address}/login#{pin}", flush=True)


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
