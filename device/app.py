"""Builds the parts of the device and starts them; the only place that wires."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from flask import Flask

from device import __version__
from device.access import Access, open_access
from device.announcer import Announcer, Event
from device.camera import open_camera
from device.camera.ring import FrameRing
from device.camera.runner import CameraRunner
from device.certificate import Certificate, open_certificate
from device.classifier import Classifier, open_classifier
from device.classifier.bundle import Bundle, load_bundle
from device.examiner import Examiner
from device.export.jobs import Jobs
from device.gauge import Gauge
from device.health import Checks, Health, State, checks
from device.health.support import RecentLines
from device.optics import OpticsStore
from device.panel import Panel
from device.preferences import Preferences
from device.records import Records, Rules
from device.service.last_words import LastWords
from device.service.notify import open_notifier
from device.service.restart import Restart
from device.settings import Settings, Sources
from device.web import About, Services, create_app
from device.wifi.store import access_point_of_daemon

HUNG = 70
"""The exit status after a camera that hung: EX_SOFTWARE of sysexits.h."""
_TELL_SECONDS = 1.0
_SILENT = LastWords(None)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class App:
    """The running parts; `app` is the page's WSGI application."""

    app: Flask
    examiner: Examiner
    panel: Panel
    records: Records
    ring: FrameRing
    access: Access
    announcer: Announcer
    checks: Checks
    certificate: Certificate | None


@contextmanager
def build_app(
    settings: Settings,
    last_words: LastWords = _SILENT,
    preferences: Preferences | None = None,
    restart: Restart | None = None,
) -> Iterator[App]:
    """All parts, wired and running until the context ends; `last_words` are for a camera that hangs.

    `preferences` are what the settings page shows and changes; without, those of `settings.state`.

    Raises DermapointError when a part can't start: a wrong bundle, folder, pin or setting.
    """
    with ExitStack() as stack:
        log_lines = _keep_log_lines(stack)
        announcer = Announcer()
        panel = stack.enter_context(Panel(announcer, settings))
        bundle = load_bundle(settings.bundle)
        classifier = open_classifier(bundle)
        access = _open_access(settings, stack)
        records = _open_records(settings, stack)
        camera = _open_camera(settings, announcer, last_words)
        optics = OpticsStore(settings.state, camera.name)
        light = panel.ring_light.on_for_burst
        examiner = Examiner(camera.runner, classifier, records, announcer, light, optics.current)
        _start(settings, camera, announcer, stack)
        jobs = Jobs(settings.state, settings.keep_free_mib << 20)
        stack.callback(jobs.close)
        # On this machine alone there is nobody to listen in, and no name that others know it by.
        certificate = None if settings.local else open_certificate(settings.state, settings.host)
        health = _health_checks(settings, bundle, camera, records)
        services = Services(
            examiner=examiner,
            records=records,
            ring=camera.ring,
            announcer=announcer,
            about=_about(bundle, classifier, camera),
            access=access,
            jobs=jobs,
            preferences=preferences or Preferences(Sources(overrides={"state": settings.state})),
            optics=optics,
            source=camera.runner,
            light=light,
            calibration_days=settings.calibration_days,
            bundle=bundle,
            own_wifi=access_point_of_daemon(),
            checks=health,
            restart=restart or Restart(),
            log_lines=log_lines.lines,
            certificate=certificate,
            plain_for=frozenset({settings.host}) if settings.scheme == "https" else None,
        )
        _log_what_is_used(services)
        yield App(
            create_app(services),
            examiner,
            panel,
            records,
            camera.ring,
            access,
            announcer,
            health,
            certificate,
        )


@dataclass(frozen=True)
class _Camera:
    """The camera's name, the thread that runs it, and its newest frames."""

    name: str
    runner: CameraRunner
    ring: FrameRing


def _keep_log_lines(stack: ExitStack) -> RecentLines:
    """For the support file."""
    lines = RecentLines()
    logging.getLogger().addHandler(lines)
    stack.callback(logging.getLogger().removeHandler, lines)
    return lines


def _open_access(settings: Settings, stack: ExitStack) -> Access:
    access = open_access(settings.state)
    stack.callback(access.close)
    return access


def _open_records(settings: Settings, stack: ExitStack) -> Records:
    rules = Rules(settings.keep_days, settings.keep_free_mib, settings.make_room)
    records = Records(settings.state, rules=rules)
    stack.callback(records.close)
    records.caretaker.start()
    return records


def _open_camera(settings: Settings, announcer: Announcer, last_words: LastWords) -> _Camera:
    # Opened here first, so that a wrong folder is a clear error at the start and not a silent retry.
    camera, ring = open_camera(settings), FrameRing()
    runner = CameraRunner(
        camera,
        lambda: open_camera(settings),
        ring,
        settings.frame_rate,
        on_hang=lambda fault: _start_again(fault, announcer, last_words),
    )
    return _Camera(camera.name, runner, ring)


def _start(settings: Settings, camera: _Camera, announcer: Announcer, stack: ExitStack) -> None:
    """Let frames come, and their focus be measured."""
    camera.runner.start()
    stack.callback(camera.runner.stop)
    gauge = Gauge(camera.ring, announcer, settings.focus_lamp)
    gauge.start()
    stack.callback(gauge.stop)


def _about(bundle: Bundle, classifier: Classifier, camera: _Camera) -> About:
    return About(__version__, bundle.title, classifier.runs_on, bundle.model_card(), camera.name)


def _health_checks(settings: Settings, bundle: Bundle, camera: _Camera, records: Records) -> Checks:
    return Checks(
        camera=partial(checks.camera, camera.ring, camera.name),
        model=lambda: Health("model", State.GOOD, f"{bundle.title} passed its self-test"),
        disk=partial(checks.disk, settings.state),
        records=lambda: checks.records(records.trouble, records.warnings),
        backup=lambda: checks.backup(records.backups.taken_at, records.count(), datetime.now(UTC)),
        temperature=checks.temperature,
        supply=checks.supply,
        memory=checks.memory,
        clock=checks.clock,
    )


def _log_what_is_used(services: Services) -> None:
    optics = services.optics.current()
    log.info("model %s on %s", services.about.model, services.about.runs_on)
    log.info("optics: %s", optics.name or "not calibrated")
    for reminder in optics.reminders(datetime.now(UTC), services.calibration_days):
        log.warning("optics: %s", reminder)


def _start_again(fault: str, announcer: Announcer, last_words: LastWords) -> None:
    """End the process, since nothing can end a driver that hangs; systemd starts it again."""
    log.critical("%s", fault)
    last_words.say("the camera hangs, and a new start didn't help; check its cable")
    open_notifier().status(fault)
    announcer.announce(Event("fault", {"detail": fault}))
    time.sleep(_TELL_SECONDS)
    os._exit(HUNG)
