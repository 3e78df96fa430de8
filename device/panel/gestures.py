"""What the hand means: a button's ups and downs become gestures. No pins and no clock in here.

A press and a long press count when the button is let go, so that one push is never two gestures:

    0 .. long                     a press
    long .. half-way              the last one again; `LET_GO` tells the hand that it got there
    half-way .. very long         the warning before the power goes; letting go now cancels it
    very long                     power-off, still held
"""

import math
from enum import Enum, auto

BOUNCE_SECONDS = 0.02
"""A level counts after it has held this long.

Of 18 kinds of switch all but two bounced for 6.2 ms at most (J. Ganssle, A Guide to Debouncing)."""

QUIET_SECONDS = 0.4
"""A press that begins so soon after another is the second half of a double press, and no new one."""

STUCK_SECONDS = 3.0
"""A button that is down at the start and stays so long isn't a late finger."""


class Gesture(Enum):
    """What has just happened; `LET_GO`, `WARNING` and `STUCK` come while the button is down."""

    PRESS = auto()
    LET_GO = auto()
    RETAKE = auto()
    WARNING = auto()
    CANCELLED = auto()
    POWER_OFF = auto()
    STUCK = auto()
    FREED = auto()


class Gestures:
    """Follows one button.

    `long` and `very_long` are in seconds. A button that is `down` from the start makes no gesture
    until it has been let go: a short circuit must not turn the device off again and again.
    """

    def __init__(self, long: float, very_long: float, down: bool, now: float) -> None:
        self._long, self._very_long = long, very_long
        self._warning = (long + very_long) / 2
        self._level = self._raw = down
        self._raw_since = self._since = now
        self._released_at = -math.inf
        self._ignored = down
        """The button is down since the start."""
        self._counts = False
        """What is under way may become a press or a retake."""
        self._shown: Gesture | None = None
        """The last that was told while the button was down."""
        self._warned_at = 0.0

    @property
    def stuck(self) -> bool:
        """The button is down since the start, and for too long."""
        return self._ignored and self._shown is Gesture.STUCK

    def forget(self) -> None:
        """What is under way becomes no press and no retake."""
        self._counts = False

    def level(self, down: bool, now: float) -> list[Gesture]:
        """The gestures up to `now`, at which the button is `down` or not. Times must not run back."""
        gestures = self.tick(now)
        if down != self._raw:
            self._raw, self._raw_since = down, now
        return gestures

    def tick(self, now: float) -> list[Gesture]:
        """The gestures up to `now`, at which nothing has changed."""
        gestures = self._hold(now) if self._level else []
        if self._raw != self._level and now - self._raw_since >= BOUNCE_SECONDS:
            self._level = self._raw
            if self._level:
                self._press()
            else:
                gestures += self._release()
        return gestures

    def next_moment(self) -> float:
        """When `tick` may have something to tell, if nothing changes; infinite: never."""
        moments = [math.inf]
        if self._raw != self._level:
            moments.append(self._raw_since + BOUNCE_SECONDS)
        elif self._level and self._ignored:
            moments += [self._since + STUCK_SECONDS] if self._shown is None else []
        elif self._level and self._shown is None:
            moments.append(self._since + (self._long if self._counts else self._warning))
        elif self._level and self._shown is Gesture.LET_GO:
            moments.append(self._since + self._warning)
        elif self._level and self._shown is Gesture.WARNING:
            moments.append(self._warned_at + self._very_long - self._warning)
        return min(moments)

    def _press(self) -> None:
        self._since, self._shown, self._ignored = self._raw_since, None, False
        self._counts = self._since - self._released_at >= QUIET_SECONDS

    def _hold(self, now: float) -> list[Gesture]:
        # A button that is up, but not yet long enough to be sure, is held no longer.
        held = (now if self._raw else self._raw_since) - self._since
        if self._ignored:
            return self._tell(Gesture.STUCK) if held >= STUCK_SECONDS and self._shown is None else []
        if self._shown is Gesture.WARNING:
            # From the warning itself, not from the press: a late warning must not be a short one.
            warned = now - self._warned_at if self._raw else 0
            return self._tell(Gesture.POWER_OFF) if warned >= self._very_long - self._warning else []
        if self._shown is Gesture.POWER_OFF:
            return []
        if held >= self._warning:
            self._warned_at = now
            return self._tell(Gesture.WARNING)
        if held >= self._long and self._counts and self._shown is None:
            return self._tell(Gesture.LET_GO)
        return []

    def _tell(self, gesture: Gesture) -> list[Gesture]:
        self._shown = gesture
        return [gesture]

    def _release(self) -> list[Gesture]:
        held = self._raw_since - self._since
        shown, self._shown, self._released_at = self._shown, None, self._raw_since
        if self._ignored:
            self._ignored = False
            return [Gesture.FREED] if shown is Gesture.STUCK else []
        if shown is Gesture.WARNING:
            return [Gesture.CANCELLED]
        if shown is Gesture.POWER_OFF or not self._counts:
            return []
        return [Gesture.PRESS if held < self._long else Gesture.RETAKE]
