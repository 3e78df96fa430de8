"""What the lamp and the buzzer show, as plain data.

Every state has a colour and a rhythm of its own, so that it can be told apart by who can't see
colours, and by ear. A rhythm is a word of short and long flashes and the pause after it. Nothing
flashes more than three times in a second, the limit of WCAG 2.2, success criterion 2.3.1.
"""

import math
from dataclasses import dataclass
from itertools import accumulate

from device.examination import Triage

Colour = tuple[float, float, float]
"""Red, green and blue, each from 0 (dark) to 1."""

RED: Colour = (1, 0, 0)
BLUE: Colour = (0, 0, 1)
YELLOW: Colour = (1, 0.6, 0)
"""Of *watch*, too: green would say that a lesion is harmless, which the device never knows."""
MAGENTA: Colour = (1, 0, 1)
WHITE: Colour = (1, 1, 1)
CYAN: Colour = (0, 0.5, 0.5)
FAINTEST, FOCUS_STEPS = 0.05, 10
DARK: Colour = (0, 0, 0)

SHORT, LONG, GAP, PAUSE = 0.12, 0.5, 0.25, 1.2


def flashes(*lit: float, pause: float = PAUSE) -> tuple[float, ...]:
    """The rhythm of flashes that are `lit` seconds long, one gap apart, and then a pause."""
    rhythm: list[float] = []
    for seconds in lit:
        rhythm += [seconds, GAP]
    return (*rhythm[:-1], pause)


@dataclass(frozen=True)
class Pattern:
    """A colour in a rhythm, for a while.

    `rhythm` is in seconds: lit, dark, lit, dark and so on, over and over; empty: always lit.
    `seconds` is how long it is shown before the standing pattern comes back (infinite: until
    something else is shown). The buzzer beats the rhythm too, the first `sounded` times.
    """

    name: str
    colour: Colour
    rhythm: tuple[float, ...] = ()
    seconds: float = math.inf
    sounded: int = 0

    def at(self, elapsed: float) -> tuple[bool, bool, float]:
        """Whether it is lit and whether it sounds after `elapsed` seconds, and when that changes next."""
        if not self.rhythm:
            return True, False, math.inf
        ends = tuple(accumulate(self.rhythm))
        turns, rest = divmod(elapsed, ends[-1])
        index, end = next((index, end) for index, end in enumerate(ends) if rest < end)
        lit = index % 2 == 0
        return lit, lit and turns < self.sounded, elapsed - rest + end


FINDING_SECONDS = 10.0
"""How long a triage stays; the page keeps it."""

STARTING = Pattern("starting", CYAN, (SHORT, 2.4))


def ready(focus: float = 0) -> Pattern:
    """Ready: faint, and the brighter the sharper the view is (0 to 1), in ten calm steps."""
    level = max(FAINTEST, round(focus * FOCUS_STEPS) / FOCUS_STEPS)
    red, green, blue = CYAN
    return Pattern("ready", (red * level, green * level, blue * level))


READY = ready()
BUSY = Pattern("busy", WHITE, (0.2, 0.2), seconds=30)
REFER = Pattern("refer", RED, flashes(LONG, LONG, LONG), FINDING_SECONDS, sounded=1)
WATCH = Pattern("watch", YELLOW, flashes(LONG), FINDING_SECONDS, sounded=1)
RETAKE = Pattern("retake", MAGENTA, flashes(SHORT, SHORT), FINDING_SECONDS, sounded=1)
SUSPICIOUS = Pattern(
    "retake, suspicious", RED, flashes(LONG, LONG, LONG, SHORT, SHORT), FINDING_SECONDS, sounded=1
)
"""To be taken again, or else referred: three long flashes as *refer* has, two short as *retake* has."""
NO_ANSWER = Pattern("no answer", BLUE, flashes(LONG, SHORT), FINDING_SECONDS, sounded=1)
WITHHELD = Pattern("your opinion first", WHITE, flashes(LONG, LONG), FINDING_SECONDS, sounded=1)
"""The examination is saved, and its finding waits for the examiner's own opinion."""
FAULT = Pattern("fault", RED, flashes(SHORT, SHORT, SHORT, SHORT), 8, sounded=2)
LOW_DISK = Pattern("low disk", YELLOW, flashes(LONG, SHORT, SHORT), sounded=1)
CARD_FAULT = Pattern("card fault", MAGENTA, flashes(LONG, LONG, SHORT), sounded=1)
CAMERA_HANG = Pattern("camera hang", MAGENTA, flashes(SHORT, LONG, SHORT, LONG), sounded=1)
STUCK = Pattern("button stuck", RED, flashes(LONG, SHORT, LONG), sounded=1)
LET_GO = Pattern("let go to take it again", MAGENTA, (0.6, 0.15), 20, sounded=1)
POWER_WARNING = Pattern("hold on to power off", WHITE, (0.35, 0.35), 20, sounded=99)
POWER_OFF = Pattern("power-off", MAGENTA, flashes(1.5), 30, sounded=1)

PATTERNS = (
    STARTING,
    READY,
    BUSY,
    REFER,
    WATCH,
    RETAKE,
    SUSPICIOUS,
    NO_ANSWER,
    WITHHELD,
    FAULT,
    LOW_DISK,
    CARD_FAULT,
    CAMERA_HANG,
    STUCK,
    LET_GO,
    POWER_WARNING,
    POWER_OFF,
)
"""All of them."""

FOR_TRIAGE = {
    Triage.REFER: REFER,
    Triage.WATCH: WATCH,
    Triage.RETAKE: RETAKE,
    Triage.NO_ANSWER: NO_ANSWER,
}

FOR_STATE = {
    "starting": STARTING,
    "ready": READY,
    "low disk": LOW_DISK,
    "card fault": CARD_FAULT,
    "camera fault": CAMERA_HANG,
    "camera hang": CAMERA_HANG,
}
"""The standing pattern of each state that is announced."""


def for_finding(triage: str, suspicious: bool) -> Pattern:
    """What shows a finding: a fault of the picture hides no suspicion."""
    if triage == Triage.RETAKE and suspicious:
        return SUSPICIOUS
    return FOR_TRIAGE[Triage(triage)]
