"""The domain: what a press makes, as plain values. No input, no output."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from device.message import Message

SUSPICIONS = frozenset({"over_threshold", "not_ruled_out"})
"""The codes of the reasons for which a lesion is referred."""


class Triage(StrEnum):
    """What to do next."""

    REFER = "refer"
    WATCH = "watch"
    RETAKE = "retake"
    NO_ANSWER = "no answer"

    @property
    def symbol(self) -> str:
        """What stands beside its name wherever it is shown: never colour alone."""
        return {"refer": "▲", "watch": "●", "retake": "↻", "no answer": "?"}[self]

    @property
    def heading(self) -> Message:
        """What it is called."""
        return Message(self.name.lower())

    @property
    def advice(self) -> Message:
        """What it asks of whoever reads it."""
        return Message(f"{self.name.lower()}_advice")


class Source(StrEnum):
    """Where the pictures of an examination come from."""

    CAMERA = "camera"
    """The device's own, behind its lens."""
    UPLOAD = "upload"
    """A file, of a phone or another camera: of unknown colours and scale, taken nobody knows when."""
    RECOVERED = "recovered"
    """Pictures that were here without a record, after damage: judged anew, nobody knows of whom."""


@dataclass(frozen=True)
class Frame:
    """One picture from the camera.

    `pixels` is RGB, uint8, shape (height, width, 3); `captured_at` is aware of its time zone.
    """

    pixels: NDArray[np.uint8]
    captured_at: datetime
    sequence: int
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Quality:
    """What a frame measures, by name, and advice for its gravest fault (none: it is fit)."""

    measures: dict[str, float]
    advice: tuple[Message, ...] = ()

    @property
    def fit(self) -> bool:
        """True when the frame may be classified."""
        return not self.advice


@dataclass(frozen=True)
class Finding:
    """What the classifier says of a burst.

    `probabilities` are calibrated, 0 to 1, one for each of the named `classes` by its code, and
    add up to 1: given that the lesion is one of them. `beside` holds the probability of each
    output beside them: that the lesion is none of the named classes, but this.
    `prediction_set` holds the codes that can't be ruled out, likeliest first; `malignancy` is
    the probability of anything malignant or pre-malignant, beside included; `foreign` is true
    of a picture that doesn't look like a lesion, of which the rest means nothing; `saliency` is
    the map of the likeliest output, 0 to 1, a square, rows from the top; `reasons` says
    why the triage is what it is. `classes` are those of the model that made it.
    """

    probabilities: dict[str, float]
    prediction_set: tuple[str, ...]
    malignancy: float
    foreign: bool
    triage: Triage
    reasons: tuple[Message, ...]
    saliency: NDArray[np.float32]
    model: str
    classes: Classes
    beside: dict[str, float] = field(default_factory=dict)

    @property
    def suspicious(self) -> bool:
        """Whether it is to be referred, or would be but for a fault of the picture."""
        return any(reason.code in SUSPICIONS for reason in self.reasons) or self.triage is Triage.REFER

    @property
    def next_steps(self) -> tuple[tuple[Message, Message], ...]:
        """What to do next: a heading with its advice, and a second of the same rank for a suspicion.

        A suspicion that stands beside *retake* is as important as the fault of the picture.
        """
        step = self.triage.heading, self.triage.advice
        if self.triage is Triage.RETAKE and self.suspicious:
            return step, (Message("suspicious"), Triage.REFER.advice)
        return (step,)

    @property
    def leading(self) -> str:
        """The code of what it most probably is: a named class, or an output beside them."""
        return max([*self.likeliest(1), *self.beside.items()], key=lambda item: item[1])[0]

    def name_of(self, code: str, language: str = "en") -> str:
        """What the model that made it calls an output."""
        known = self.classes.get(code)
        return known.name(language) if known else code

    def likeliest(self, count: int = 3) -> list[tuple[str, float]]:
        """The `count` likeliest named classes, likeliest first, with their probabilities beside all outputs.

        So they can stand beside `beside` and `malignancy`; `probabilities` are given that it is one of them.
        """
        named = 1 - sum(self.beside.values())
        ranked = sorted(self.probabilities.items(), key=lambda item: item[1], reverse=True)
        return [(code, named * share) for code, share in ranked[:count]]


@dataclass(frozen=True)
class BurstFrame:
    """One frame of a press: what it measures, what the camera said of it, and whether the finding used it."""

    quality: Quality
    metadata: dict[str, Any] = field(default_factory=dict)
    used: bool = True


_FIRST_YEAR = 2020
"""Before it there was no such device; a clock that was never set begins in 1970."""


def date_known(taken_at: datetime, clock_set: bool | None) -> bool:
    """Whether a date can be believed; one of before this was noted, unless the clock was never set."""
    return clock_set is not False and day_known(taken_at)


def day_known(day: date) -> bool:
    """Whether a day can be one of this device's, and not one by a clock that was never set."""
    return day.year >= _FIRST_YEAR


@dataclass(frozen=True)
class Examination:
    """One press, saved: the records keep its frames under the same id.

    `id` is fit for a file name; `frames` holds the burst in the order it was taken, at
    least one, and `best` is the number of the one that is shown; `timings_ms` holds
    `finding` (last frame in hand to finding) and `save`; `overridden` is true when the user
    wanted a finding in spite of the advice to take it again; `replaces` is the id of the one
    that this was taken again for (empty: none), and `optics` names the calibration that was
    applied (empty: none). `source` says whose picture it is; of an uploaded one `taken_at` is
    when it came, of a recovered one what its id says. `clock_set` says whether the clock was known to be
    right then (None: that wasn't noted).
    """

    id: str
    taken_at: datetime
    finding: Finding
    frames: tuple[BurstFrame, ...]
    best: int = 0
    timings_ms: dict[str, float] = field(default_factory=dict)
    overridden: bool = False
    replaces: str = ""
    optics: str = ""
    source: Source = Source.CAMERA
    clock_set: bool | None = None

    @property
    def date_known(self) -> bool:
        """Whether `taken_at` can be believed."""
        return date_known(self.taken_at, self.clock_set)

    @property
    def quality(self) -> Quality:
        """The quality of the best frame."""
        return self.frames[self.best].quality
