"""Builds the parts of the device and starts them; the only place that wires."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from device import __version__
from device.access import Access, open_access
from device.aiming import LOOK_SECONDS, Aiming
from device.announcer import Announcer
from device.announcer import fault as announce_fault
from device.camera import open_camera
from device.camera.base import Wishes
from device.camera.ring import FrameRing
from device.camera.runner import CameraRunner
from device.certificate import Certificate, open_certificate
from device.classifier import open_classifier
from device.classifier.bundle import Bundle, load_bundle
from device.examiner import Examiner
from device.export.jobs import Jobs
from device.focus_meter import FocusMeter
from device.health import Checks, Health, State, checks
from device.health.support import RecentLines
from device.message import Message
from device.optics import OpticsStore
from device.panel import Panel
from device.preferences import Preferences
from device.records import Months, Records, Rules
from device.service import clock
from device.service.exit_reason import ExitReason
from device.service.notify import open_notifier
from device.service.repeat import Repeat
from device.service.restart import Restart
from device.settings import Settings, Sources
from device.visit import LOOK_SECONDS as VISIT_LOOK_SECONDS
from device.visit import Visits
from device.web import About, Services, create_app
from device.web.routing import WebApp
from device.wifi.store import access_point_of_daemon
from device.words import say

HUNG = 70
"""The exit status after a camera that hung: EX_SOFTWARE of sysexits.h."""
_TELL_SECONDS = 1.0
CAMERA_HANGS = Message("camera_hangs_again")
IDLE_RATE = 5.0
"""Frames a second when nobody aims: as often as it takes to see a movement within 200 ms."""
_SILENT = ExitReason(None)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class App:
    """The running parts; `app` is the page's WSGI application."""

    app: WebApp
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
    exit_reason: ExitReason = _SILENT,
    preferences: Preferences | None = None,
    restart: Restart | None = None,
) -> Iterator[App]:
    """All parts, wired and running until the context ends; `exit_reason` is for a camera that hangs.

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
        optics = OpticsStore(settings.state)
        camera = _make_camera(settings, panel, optics, announcer, exit_reason)
        visits = Visits(announcer, 60 * settings.visit_minutes)
        stack.enter_context(Repeat(visits.look, VISIT_LOOK_SECONDS, "visit"))
        examiner = Examiner(
            camera.runner,
            classifier,
            records,
            announcer,
            optics.current,
            visits,
            second_reader=settings.second_reader,
            clock_set=clock.is_set,
        )
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
            about=About(__version__, bundle.title, classifier.runs_on, bundle.model_card()),
            access=access,
            jobs=jobs,
            preferences=preferences or Preferences(Sources(overrides={"state": settings.state})),
            optics=optics,
            source=camera.runner,
            aiming=camera.aiming.note,
            calibration_days=settings.calibration_days,
            bundle=bundle,
            own_wifi=access_point_of_daemon(),
            checks=health,
            restart=restart or Restart(),
            log_lines=log_lines.lines,
            certificate=certificate,
            plain_for=frozenset({settings.host}) if settings.scheme == "https" else None,
            proxy_name=settings.proxy_name,
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
    """The thread that runs the camera, its newest frames, and whether someone aims with it."""

    runner: CameraRunner
    ring: FrameRing
    aiming: Aiming


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
    months = Months(settings.watch_months, settings.refer_months, settings.no_answer_months)
    records = Records(settings.state, rules=rules, months=months)
    stack.callback(records.close)
    records.caretaker.start()
    return records


def _make_camera(
    settings: Settings, panel: Panel, optics: OpticsStore, announcer: Announcer, exit_reason: ExitReason
) -> _Camera:
    light, ring = panel.ring_light, FrameRing()
    aiming = Aiming(light, settings.aim_seconds)
    wishes = partial(_wishes, settings, aiming, optics)
    runner = CameraRunner(
        partial(open_camera, settings, wishes, lambda: light.brightness),
        ring,
        wishes,
        aiming,
        aiming.watch,
        on_hang=lambda fault: _start_again(fault, ring, announcer, exit_reason),
    )
    return _Camera(runner, ring, aiming)


def _wishes(settings: Settings, aiming: Aiming, optics: OpticsStore, camera: str) -> Wishes:
    """What is asked of the camera of this name now."""
    optics.use_camera(camera)
    in_force = optics.current()
    lens_position = settings.lens_position or in_force.lens_position
    if aiming.active:
        return Wishes(settings.frame_rate, False, in_force.colour_gains, lens_position)
    return Wishes(min(IDLE_RATE, settings.frame_rate), True, in_force.colour_gains, lens_position)


def _start(settings: Settings, camera: _Camera, announcer: Announcer, stack: ExitStack) -> None:
    """Let frames come, and their focus be measured."""
    camera.runner.start()
    stack.callback(camera.runner.stop)
    stack.enter_context(Repeat(camera.aiming.look, LOOK_SECONDS, "aiming"))
    meter = FocusMeter(camera.ring, announcer, settings.focus_lamp, lambda: camera.aiming.active)
    meter.start()
    stack.callback(meter.stop)


def _health_checks(settings: Settings, bundle: Bundle, camera: _Camera, records: Records) -> Checks:
    return Checks(
        camera=partial(checks.camera, camera.ring),
        model=lambda: Health("model", State.GOOD, Message("self_test_passed", title=bundle.title)),
        disk=partial(checks.disk, records.card),
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


def _start_again(fault: Message, ring: FrameRing, announcer: Announcer, exit_reason: ExitReason) -> None:
    """End the process, since nothing can end a driver that hangs; systemd starts it again.

    Where the one before ended so too, without a frame since, it stays: the page and the records are worth
    more than one more try.
    """
    stays = exit_reason.before == say(CAMERA_HANGS)
    fault = CAMERA_HANGS if stays else fault
    log.critical("%s", say(fault))
    ring.fail(fault)
    announcer.announce(announce_fault(fault))
    open_notifier().status(say(fault))
    if stays:
        return
    exit_reason.say(say(CAMERA_HANGS))
    time.sleep(_TELL_SECONDS)
    os._exit(HUNG)
