"""What works, what is missing, what to do."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from device.camera import open_camera
from device.camera.base import Camera
from device.classifier import load_classifier
from device.classifier.interpreter import import_runtime
from device.client import ask
from device.errors import DaemonError, DermapointError
from device.health import Health, State, checks
from device.optics import OpticsStore
from device.records import Records
from device.records.card import Card
from device.records.state_folder import is_begun
from device.settings import Settings
from device.words import say


@dataclass(frozen=True)
class Check:
    """One part, whether it works, and in one sentence how or what to do."""

    part: str
    passed: bool
    detail: str


def examine(load_settings: Callable[[], Settings]) -> Iterator[Check]:
    """Check every part by using it; nothing is changed, and no records are begun."""
    yield Check("python", True, sys.version.split()[0])
    yield _try("runtime", lambda: import_runtime().__name__)
    try:
        settings = load_settings()
    except DermapointError as error:
        yield Check("settings", False, str(error))
        return
    yield Check("settings", True, "all have a meaning")
    yield _try("bundle", lambda: _try_bundle(settings))
    yield _try("camera", lambda: _try_camera(settings))
    yield _try("records", lambda: _try_records(settings))
    yield _as_check(checks.disk(Card(settings.state)))
    for look in (checks.temperature, checks.supply, checks.clock):
        yield _as_check(look())
    yield Check("optics", True, _describe_optics(settings))
    yield _try_daemon(settings)


def _as_check(health: Health) -> Check:
    detail = f"{health.sentence}; {health.advice}" if health.advice else health.sentence
    return Check(health.part, health.state in (State.GOOD, State.UNKNOWN), detail)


def _try(part: str, use: Callable[[], str]) -> Check:
    try:
        return Check(part, True, use())
    except DermapointError as error:
        return Check(part, False, str(error))


def _try_bundle(settings: Settings) -> str:
    classifier = load_classifier(settings.bundle)
    return f"{classifier.title}, on the {classifier.runs_on}"


def _try_camera(settings: Settings) -> str:
    camera = open_camera(settings)
    try:
        height, width = _size_of(camera)
    finally:
        camera.close()
    return f"{camera.name}, {width} x {height}"


def _size_of(camera: Camera) -> tuple[int, int]:
    capture = camera.capture(large=True)
    height, width = (capture.view if capture.pixels is None else capture.pixels).shape[:2]
    return height, width


def _try_records(settings: Settings) -> str:
    if not is_begun(settings.state):
        return f"{settings.state} holds nothing yet: a device begins it at its first start"
    records = Records(settings.state, exclusive=False)
    trouble = records.trouble
    records.close()
    if trouble:
        raise DermapointError(trouble)
    return str(settings.state)


def _describe_optics(settings: Settings) -> str:
    """What is in force and what is old: neither keeps the device from its work."""
    optics = OpticsStore(settings.state).current()
    reminders = optics.reminders(datetime.now(UTC), settings.calibration_days)
    return "; ".join([optics.name or "not calibrated", *map(say, optics.notes), *reminders])


def _try_daemon(settings: Settings) -> Check:
    try:
        status = ask(settings, "GET", "/api/v1/status")
    except DaemonError as error:
        # A daemon that doesn't run is no fault of the installation.
        return Check("daemon", True, f"not running ({error})")
    return Check("daemon", bool(status["ready"]), "ready" if status["ready"] else str(status["camera"]))
