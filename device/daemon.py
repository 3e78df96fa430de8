"""Builds the parts and runs them; the only place that wires."""

import faulthandler
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import FrameType

from flask import Flask

from device import __version__
from device.access import Access, open_access
from device.access.local import leave_token
from device.announcer import Announcer, Event
from device.camera import open_camera
from device.camera.ring import FrameRing
from device.camera.runner import CameraRunner
from device.certificate import SECONDS as CERTIFICATE_SECONDS
from device.certificate import Certificate, open_certificate
from device.certificate.names import own_addresses
from device.classifier import open_classifier
from device.classifier.bundle import load_bundle
from device.examiner import Examiner
from device.export.jobs import Jobs
from device.gauge import Gauge
from device.health import Checks, Health, State, checks
from device.health.monitor import SECONDS, Monitor
from device.health.support import RecentLines
from device.optics import OpticsStore
from device.panel import Panel
from device.preferences import Preferences
from device.records import Records, Rules
from device.service.last_words import LastWords, open_last_words
from device.service.memory import give_back_large_frames
from device.service.notify import Notifier, open_notifier
from device.service.power import withdraw_power_off
from device.service.repeat import Repeat
from device.service.restart import Restart
from device.service.watchdog import Watchdog, watchdog_seconds
from device.settings import Settings, Sources
from device.web import About, Services, create_app
from device.web.server import serve
from device.wifi.codes import Code, page_address
from device.wifi.profile import ADDRESS, NAME
from device.wifi.store import access_point_of_daemon

HUNG = 70
"""The exit status after a camera that hung: EX_SOFTWARE of sysexits.h."""
_TELL_SECONDS = 1.0
AUDIT_HEAD_SECONDS = 3600.0
"""How often the journal is told the newest entry of the audit log."""
FIRST_FRAME_SECONDS = 15.0
"""The longest that a camera may take from its start to its first frame."""
_FEEDINGS = 8
"""How often the watchdog may be fed within the time that it waits."""

_SILENT = LastWords(None)

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
    announcer: Announcer
    checks: Checks
    certificate: Certificate | None


@contextmanager
def open_house(
    settings: Settings,
    last_words: LastWords = _SILENT,
    preferences: Preferences | None = None,
    restart: Restart | None = None,
) -> Iterator[House]:
    """All parts, wired and running until the context ends; `last_words` are for a camera that hangs.

    `preferences` are what the settings page shows and changes; without, those of `settings.state`.

    Raises DermapointError when a part can't start: a wrong bundle, folder, pin or setting.
    """
    with ExitStack() as stack:
        lines = RecentLines()
        logging.getLogger().addHandler(lines)
        stack.callback(logging.getLogger().removeHandler, lines)
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
            on_hang=lambda fault: _start_again(fault, announcer, last_words),
        )
        light = panel.ring_light.on_for_burst
        optics = OpticsStore(settings.state, camera.name)
        examiner = Examiner(runner, classifier, records, announcer, light, optics.current)
        runner.start()
        stack.callback(runner.stop)
        gauge = Gauge(ring, announcer, settings.focus_lamp)
        gauge.start()
        stack.callback(gauge.stop)
        log.info("model %s on %s", bundle.title, classifier.runs_on)
        about = About(__version__, bundle.title, classifier.runs_on, bundle.model_card(), camera.name)
        own_wifi = access_point_of_daemon()
        # On this machine alone there is nobody to listen in, and no name that others know it by.
        certificate = None if settings.local else open_certificate(settings.state, settings.host)
        health = Checks(
            camera=partial(checks.camera, ring, camera.name),
            model=lambda: Health("model", State.GOOD, f"{bundle.title} passed its self-test"),
            disk=partial(checks.disk, settings.state),
            records=lambda: checks.records(records.trouble, records.warnings),
            backup=lambda: checks.backup(records.backups.taken_at, records.count(), datetime.now(UTC)),
            temperature=checks.temperature,
            supply=checks.supply,
            memory=checks.memory,
            clock=checks.clock,
        )
        jobs = Jobs(settings.state, settings.keep_free_mib << 20)
        stack.callback(jobs.close)
        parts = Services(
            examiner,
            records,
            ring,
            announcer,
            about,
            access,
            jobs,
            preferences or Preferences(Sources(overrides={"state": settings.state})),
            optics,
            runner,
            light,
            settings.calibration_days,
            own_wifi=own_wifi,
            checks=health,
            restart=restart or Restart(),
            log_lines=lines.lines,
            certificate=certificate,
            plain_for=frozenset({settings.host}) if settings.scheme == "https" else None,
        )
        app = create_app(parts)
        log.info("optics: %s", optics.current().name or "not calibrated")
        for reminder in optics.current().reminders(datetime.now(UTC), settings.calibration_days):
            log.warning("optics: %s", reminder)
        yield House(app, examiner, panel, records, ring, access, announcer, health, certificate)


def run(preferences: Preferences) -> bool:
    """The daemon: serve until told to stop; True when it is to be started again.

    Raises DermapointError when a part can't start.
    """
    signal.signal(signal.SIGTERM, _stop)
    # What the watchdog ends says first where each thread stood.
    faulthandler.enable()
    give_back_large_frames()
    last_words = open_last_words()
    restart = Restart()
    try:
        _run(preferences, restart, open_notifier(), last_words)
    except KeyboardInterrupt:
        log.info("stopped")
    # Told to stop: there is nothing to explain, even if a frame was late just then.
    last_words.forget()
    return restart.asked


def _run(preferences: Preferences, restart: Restart, notifier: Notifier, last_words: LastWords) -> None:
    settings = preferences.settings
    notifier.status("starting")
    withdraw_power_off()
    with open_house(settings, last_words, preferences, restart) as house, ExitStack() as stack:
        certificate = house.certificate
        server = serve(
            house.app, settings.host, settings.port, (lambda: certificate.context) if certificate else None
        )
        stack.callback(server.close)
        if certificate:
            stack.enter_context(Repeat(certificate.look, CERTIFICATE_SECONDS, "certificate"))
        house.ring.newest(FIRST_FRAME_SECONDS)
        house.access.admit_local(leave_token(settings.port))
        house.panel.ready(house.examiner)
        stack.enter_context(Repeat(house.access.audit.tell_head, AUDIT_HEAD_SECONDS, "audit"))
        monitor = Monitor(house.checks, house.announcer, notifier)
        stack.enter_context(Repeat(monitor.look, SECONDS, "health"))
        if limit := watchdog_seconds():
            watchdog = Watchdog(house.ring, notifier, last_words)
            stack.enter_context(Repeat(watchdog.look, limit / _FEEDINGS, "watchdog"))
        log.info("ready")
        stack.callback(notifier.stopping)
        notifier.ready()
        _tell_where(settings, house.access, certificate)
        server.run()


def _start_again(fault: str, announcer: Announcer, last_words: LastWords) -> None:
    """End the process, since nothing can end a driver that hangs; systemd starts it again."""
    log.critical("%s", fault)
    last_words.say("the camera hangs, and a new start didn't help; check its cable")
    open_notifier().status(fault)
    announcer.announce(Event("fault", {"detail": fault}))
    time.sleep(_TELL_SECONDS)
    os._exit(HUNG)


def _tell_where(settings: Settings, access: Access, certificate: Certificate | None) -> None:
    """Say on the console, and so once in the journal, where the page is and the owner's first PIN."""
    host = NAME if settings.host == "0.0.0.0" else settings.host
    address = page_address(settings.port, host, settings.scheme)
    print(f"Dermapoint is ready: {address}", flush=True)
    if certificate:
        print(f"Its certificate, at {address}trust, has SHA-256 {certificate.fingerprint}", flush=True)
    # Nobody remembers a demo's PIN until the next day.
    pin = access.accounts.first_pin() or (access.accounts.renew_pin("owner") if settings.demo else None)
    if pin:
        print(f"The owner's PIN is {pin}: {address}login#{pin}", flush=True)
        if not settings.local:
            # Not every phone knows names in .local.
            found = own_addresses()
            number = ADDRESS if ADDRESS in found or not found else found[0]
            address = page_address(settings.port, number if host == NAME else host, settings.scheme)
            print(Code(f"{address}login#{pin}").terminal(), flush=True)


def _stop(signum: int, frame: FrameType | None) -> None:
    # Once is enough: a second one would end the tidying up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
