"""The bounds that a fit picture keeps, and the advice when it doesn't.

`bounds.json` is written by `dermapoint-build quality`; docs/quality.md says how its values were
found and what they catch.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("bounds.json")


@dataclass(frozen=True)
class Bound:
    """A measure of which too little (`low`) or too much (`high`) is a fault, and the advice's code."""

    measure: str
    side: Literal["low", "high"]
    advice: str

    @property
    def name(self) -> str:
        """What it is called in `bounds.json`."""
        return f"{self.measure}, {self.side}"

    @property
    def limit(self) -> float:
        """The last value that is fit."""
        return LIMITS[self.name]

    def is_broken_by(self, value: float) -> bool:
        """True when `value` is beyond the limit."""
        return value < self.limit if self.side == "low" else value > self.limit


BOUNDS = (
    Bound("brightness", "low", "too_dark"),
    Bound("brightness", "high", "too_bright"),
    Bound("blown out", "high", "too_bright"),
    Bound("glare", "high", "glare"),
    Bound("detail", "low", "not_sharp"),
    Bound("least detail", "low", "not_sharp"),
    Bound("cast", "high", "colour_cast"),
)
"""The gravest first, since only the first is said."""

_VALUES = json.loads(FILE.read_text())
LIMITS: dict[str, float] = _VALUES["limits"]
SKIN_MEAN: tuple[float, float] = tuple(_VALUES["skin"]["mean"])
SKIN_PRECISION: list[list[float]] = _VALUES["skin"]["precision"]
"""The mean and inverse covariance of `measures.colour` over the training pictures."""


def cast_of(red: float, blue: float) -> float:
    """How unusual a colour is: its Mahalanobis distance from the training pictures', 0 upwards."""
    across, down = red - SKIN_MEAN[0], blue - SKIN_MEAN[1]
    (a, b), (c, d) = SKIN_PRECISION
    return math.sqrt(max(0.0, across * (a * across + b * down) + down * (c * across + d * down)))
