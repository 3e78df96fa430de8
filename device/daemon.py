"""Runs the device: serves the page, looks after its parts, and stops when it is told to."""

import faulthandler
import logging
import signal
from contextlib import ExitStack
from types import FrameType

from device.access import Access
from device.access.local import leave_token
from device.app import build_app
from device.certificate import SECONDS as CERTIFICATE_SECONDS
from device.certificate import Certificate
from device.certificate.names import own_addresses
from device.front.page import open_page
from device.health.monitor import SECONDS, Monitor
from device.preferences import Preferences
from device.service.exit_reason import ExitReason
from device.service.memory import give_back_large_frames
from device.service.notify import Notifier, open_notifier
from device.service.power import withdraw_power_off
from device.service.repeat import Repeat
from device.service.restart import Restart
from device.service.watchdog import Watchdog, watchdog_seconds
from device.settings import Settings
from device.wifi.codes import Code, page_address
from device.wifi.profile import ADDRESS, NAME

AUDIT_HEAD_SECONDS = 3600.0
_DAY_SECONDS = 86400.0
"""How often the journal is told the newest entry of the audit log."""
FIRST_FRAME_SECONDS = 2.0
"""How long the lamp and the page wait for a first frame; a camera that takes longer is told of as a fault."""
_FEEDINGS = 8
"""How often the watchdog may be fed within the time that it waits."""

log = logging.getLogger(__name__)


def run(preferences: Preferences, exit_reason: ExitReason) -> bool:
    """The daemon: serve until told to stop; True when it is to be started again.

    Raises DermapointError when a part can't start.
    """
    signal.signal(signal.SIGTERM, _stop)
    # What the watchdog ends says first where each thread stood.
    faulthandler.enable()
    give_back_large_frames()
    restart = Restart()
    try:
        _run(preferences, restart, open_notifier(), exit_reason)
    except KeyboardInterrupt:
        log.info("stopped")
    # Told to stop: there is nothing to explain, even if a frame was late just then.
    exit_reason.forget()
    return restart.asked


def _run(preferences: Preferences, restart: Restart, notifier: Notifier, exit_reason: ExitReason) -> None:
    settings = preferences.settings
    notifier.status("starting")
    withdraw_power_off()
    with build_app(settings, exit_reason, preferences, restart) as app, ExitStack() as stack:
        certificate = app.certificate
        server = stack.enter_context(open_page(app.app, settings, app.checks))
        if certificate:
            stack.enter_context(Repeat(certificate.look, CERTIFICATE_SECONDS, "certificate"))
        # A camera that is missing or hangs leaves the page, which says so.
        app.ring.newer_than(-1, FIRST_FRAME_SECONDS)
        app.access.admit_local(leave_token(settings.port))
        app.panel.ready(app.examiner)
        stack.enter_context(Repeat(app.access.audit.tell_head, AUDIT_HEAD_SECONDS, "audit"))
        monitor = Monitor(app.checks, app.announcer, notifier)
        stack.enter_context(Repeat(app.access.keep_copy, _DAY_SECONDS, "copy of who may enter"))
        stack.enter_context(Repeat(monitor.look, SECONDS, "health"))
        if limit := watchdog_seconds():
            watchdog = Watchdog(app.ring, notifier, exit_reason)
            stack.enter_context(Repeat(watchdog.look, limit / _FEEDINGS, "watchdog"))
        log.info("ready")
        stack.callback(notifier.stopping)
        notifier.ready()
        _tell_where(settings, app.access, certificate)
        server.run()


def _tell_where(settings: Settings, access: Access, certificate: Certificate | None) -> None:
    """Say on the console, and so once in the journal, where the page is and the owner's first PIN."""
    host = NAME if settings.host == "0.0.0.0" else settings.host
    address = page_address(settings.port, host, settings.scheme)
    print(f"Dermapoint is ready: {address}", flush=True)
    if settings.demo:
        print(f"Its records are in {settings.state.absolute()}; --state DIR names another", flush=True)
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
