"""The domain: what a press makes, as plain values. No input, no output."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASSES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
"""HAM10000's diagnostic classes in the order of every vector of the project.

Tschandl P. et al., Sci. Data 5, 180161 (2018), doi:10.1038/sdata.2018.161.
"""

MALIGNANT = frozenset({"mel", "bcc", "akiec"})
"""The malignant and pre-malignant classes, whose probabilities add up to the malignancy probability."""


class Triage(StrEnum):
    """What to do next."""

    REFER = "refer"
    WATCH = "watch"
    RETAKE = "retake"
    NO_ANSWER = "no answer"


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
    """What a frame measures, by name, and one sentence of advice for its gravest fault (none: it is fit)."""

    measures: dict[str, float]
    advice: tuple[str, ...] = ()

    @property
    def fit(self) -> bool:
        """True when the frame may be classified."""
        return not self.advice


@dataclass(frozen=True)
class Finding:
    """What the classifier says of a burst.

    `probabilities` are calibrated, 0 to 1, one for each of `CLASSES`, and add up to 1;
    `prediction_set` holds the classes that can't be ruled out, likeliest first;
    `malignancy` is the sum of the probabilities over `MALIGNANT`; `foreign` is true of a
    picture that doesn't look like a lesion, of which the rest means nothing; `saliency` is
    the map of the likeliest class, 0 to 1, shape (7, 7), rows from the top; `reasons` says
    in plain sentences why the triage is what it is.
    """

    probabilities: dict[str, float]
    prediction_set: tuple[str, ...]
    malignancy: float
    foreign: bool
    triage: Triage
    reasons: tuple[str, ...]
    saliency: NDArray[np.float32]
    model: str

    def likeliest(self, count: int = 3) -> list[tuple[str, float]]:
        """The `count` likeliest classes with their probabilities, likeliest first."""
        ranked = sorted(self.probabilities.items(), key=lambda item: item[1], reverse=True)
        return ranked[:count]


@dataclass(frozen=True)
class BurstFrame:
    """One frame of a press: what it measures, what the camera said of it, and whether the finding used it."""

    quality: Quality
    metadata: dict[str, Any] = field(default_factory=dict)
    used: bool = True


@dataclass(frozen=True)
class Examination:
    """One press, saved: the records keep its frames under the same id.

    `id` is fit for a file name; `frames` holds the burst in the order it was taken, at
    least one, and `best` is the number of the one that is shown; `timings_ms` holds
    `finding` (last frame in hand to finding) and `save`; `overridden` is true when the user
    wanted a finding in spite of the advice to take it again; `replaces` is the id of the one
    that this was taken again for (empty: none), and `optics` names the calibration that was
    applied (empty: none).
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

    @property
    def quality(self) -> Quality:
        """The quality of the best frame."""
        return self.frames[self.best].quality
