"""How the parts are: a registry of checks, each with a state, a sentence, and what to do."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from device.message import Message
from device.words import say
from device.words.marks import N_

log = logging.getLogger(__name__)


class State(StrEnum):
    """How a part is."""

    GOOD = N_("good")
    UNKNOWN = N_("unknown")
    """This machine can't tell."""
    WARNING = N_("warning")
    """It works, but not for ever."""
    BAD = N_("bad")
    """It doesn't work, or soon won't."""


@dataclass(frozen=True)
class Health:
    """One part: its state, what there is to say of it, and what to do, None when there is nothing to do.

    The code of `part` is also that of its name.
    """

    part: str
    state: State
    finding: Message
    remedy: Message | None = None

    @property
    def name(self) -> Message:
        """What the part is called."""
        return Message(self.part)

    @property
    def sentence(self) -> str:
        """What there is to say, in English."""
        return say(self.finding)

    @property
    def advice(self) -> str:
        """What to do, in English; empty when there is nothing to do."""
        return say(self.remedy) if self.remedy else ""


Check = Callable[[], Health]


class Checks:
    """Checks by the name of their part, in the order in which they were added."""

    def __init__(self, **checks: Check) -> None:
        self._checks = dict(checks)

    def add(self, part: str, check: Check) -> None:
        """One more; it takes the place of one of the same part."""
        self._checks[part] = check

    def look(self) -> tuple[Health, ...]:
        """How all parts are now."""
        return tuple(self._look_at(part, check) for part, check in self._checks.items())

    def _look_at(self, part: str, check: Check) -> Health:
        try:
            return check()
        except Exception:
            # A check that fails says nothing of its part, and must not hide the others.
            log.exception("check of %s", part)
            return Health(
                part,
                State.UNKNOWN,
                Message("part_not_checked", part=Message(part)),
                Message("log_says_why"),
            )


def worst(healths: tuple[Health, ...]) -> Health | None:
    """The first of those in the worst state, or None when nothing is wrong."""
    for state in (State.BAD, State.WARNING):
        for health in healths:
            if health.state is state:
                return health
    return None
