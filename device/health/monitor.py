"""Tells panel, page, log and service manager when a part's state changes."""

import logging

from device.announcer import Announcer, Event
from device.health import Checks, Health, State, worst
from device.records.card import SAVE_ELSEWHERE
from device.service.notify import Notifier

SECONDS = 2.0
"""How often the parts are looked at."""

_LEVELS = {State.WARNING: logging.WARNING, State.BAD: logging.ERROR}

log = logging.getLogger(__name__)


class Monitor:
    """Looks at all parts when told to, and says what is new."""

    def __init__(self, checks: Checks, announcer: Announcer, notifier: Notifier) -> None:
        self._checks, self._announcer, self._notifier = checks, announcer, notifier
        self._states: dict[str, State] = {}
        self._standing = "ready"

    def look(self) -> None:
        """Look once: log what changed, announce another standing state, and name the worst to systemd."""
        healths = self._checks.look()
        for health in healths:
            self._log_change(health)
        standing = standing_state(healths)
        if standing != self._standing:
            self._standing = standing
            self._announcer.announce(Event("state", {"state": standing}))
        trouble = worst(healths)
        self._notifier.status(f"{trouble.part}: {trouble.sentence}" if trouble else "ready")

    def _log_change(self, health: Health) -> None:
        before = self._states.get(health.part, State.GOOD)
        self._states[health.part] = health.state
        if health.state is before or {health.state, before} == {State.GOOD, State.UNKNOWN}:
            return
        advice = f"; {health.advice}" if health.advice else ""
        level = _LEVELS.get(health.state, logging.INFO)
        log.log(level, "%s %s: %s%s", health.part, health.state, health.sentence, advice)


def standing_state(healths: tuple[Health, ...]) -> str:
    """What the lamp shows when nothing else happens: `camera fault`, `card fault`, `low disk` or `ready`."""
    states = {health.part: health.state for health in healths}
    if states.get("camera") is State.BAD:
        return "camera fault"
    if any(health.remedy == SAVE_ELSEWHERE for health in healths):
        return "card fault"
    if states.get("disk") in (State.WARNING, State.BAD):
        return "low disk"
    return "ready"
