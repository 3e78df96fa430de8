"""Finds the limits: as strict as real pictures allow, of cameras that nobody has seen yet too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.quality import measure, measures
from device.quality.bounds import BOUNDS, Bound

_SHARES = ("brightness", "blown out", "glare")

Measured = dict[str, NDArray[np.float64]]
"""Each measure by name, one value a picture."""

REFUSED = 0.03
"""The share of a camera's pictures that may be refused; with what is refused as foreign, under 6 %."""
LARGEST_MARGIN = 10.0
"""In standard deviations; beyond it a bound refuses nothing."""
LEAST_CAMERAS = 3
"""From so many on, one can be left out and the others still show how far cameras differ."""


@dataclass(frozen=True)
class Skin:
    """The colour of dermatoscope pictures: mean (2,) and inverse covariance (2, 2) of `measures.colour`."""

    mean: NDArray[np.float64]
    precision: NDArray[np.float64]

    def cast(self, colours: NDArray[np.float64]) -> NDArray[np.float64]:
        """The Mahalanobis distances of colours (pictures, 2)."""
        away = colours - self.mean
        return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", away, self.precision, away)))

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"mean": np.round(self.mean, 5).tolist(), "precision": np.round(self.precision, 4).tolist()}


def fit_skin(fields: NDArray[np.uint8]) -> Skin:
    """The usual colour of these pictures."""
    colours = np.array([measures.colour(field) for field in fields])
    return Skin(np.median(colours, axis=0), np.linalg.inv(np.cov(colours.T)))


def measure_all(fields: NDArray[np.uint8], skin: Skin) -> Measured:
    """What the device measures of these pictures, the cast by `skin`."""
    found = [measure(field).measures for field in fields]
    measured = {name: np.array([each[name] for each in found]) for name in found[0]}
    return measured | {"cast": skin.cast(np.array([measures.colour(field) for field in fields]))}


@dataclass(frozen=True)
class Limits:
    """The last fit value of each bound by name, and the two numbers that they were found by.

    `share` of a camera's pictures lies beyond each bound before it is moved outward by `margin`
    standard deviations between the cameras.
    """

    values: dict[str, float]
    share: float
    margin: float


def limits_at(share: float, cameras: Sequence[Measured], margin: float = 0.0) -> dict[str, float]:
    """The tightest limits beyond which at most `share` of each camera lies, each bound for itself.

    Each is moved outward by `margin` times the standard deviation of what the cameras alone would
    set it to.
    """
    return {
        bound.name: _loosest(bound, [_limit(bound, share, real) for real in cameras], margin)
        for bound in BOUNDS
    }


def find_limits(cameras: Sequence[Measured]) -> Limits:
    """The strictest limits that real pictures allow.

    The share is the same for all bounds, and the largest at which the worst camera has at most
    `REFUSED` refused. The margin is the least at which cameras that are left out of fitting, each
    in turn, have at most as much refused in the mean: what a new camera may expect.
    """

    def keeps_the_worst(share: float) -> bool:
        limits = limits_at(share, cameras)
        return max(float(refused(real, limits).mean()) for real in cameras) <= REFUSED

    share, _ = _turn(keeps_the_worst, 0.0, REFUSED)
    margin = 0.0
    if len(cameras) >= LEAST_CAMERAS:
        _, margin = _turn(lambda each: refused_unseen(cameras, share, each) > REFUSED, 0.0, LARGEST_MARGIN)
    values = limits_at(share, cameras, margin)
    return Limits({name: round(limit, 4) for name, limit in values.items()}, share, margin)


def refused_unseen(cameras: Sequence[Measured], share: float, margin: float) -> float:
    """The share refused of a camera by limits of the others, in the mean over the cameras."""
    others = [[real for real in cameras if real is not left] for left in cameras]
    return float(
        np.mean(
            [
                refused(left, limits_at(share, rest, margin)).mean()
                for left, rest in zip(cameras, others, strict=True)
            ]
        )
    )


def refused(measured: Measured, limits: dict[str, float]) -> NDArray[np.bool_]:
    """Which pictures break a bound."""
    broken = [_beyond(bound, measured[bound.measure], limits[bound.name]) for bound in BOUNDS]
    return np.asarray(np.any(broken, axis=0))


def _turn(holds: Callable[[float], bool], low: float, high: float) -> tuple[float, float]:
    """The last value between `low` and `high` where `holds` is true, and the first where it is false."""
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low, high


def _loosest(bound: Bound, limits: Sequence[float], margin: float) -> float:
    away = margin * float(np.std(limits, ddof=1)) if margin else 0.0
    if bound.side == "low":
        return min(limits) - away
    loosest = max(limits) + away
    # A share is never over 1, and a bound there refuses nothing.
    return min(loosest, 1.0) if bound.measure in _SHARES else loosest


def _limit(bound: Bound, share: float, real: Measured) -> float:
    side = share if bound.side == "low" else 1 - share
    return float(np.quantile(real[bound.measure], side))


def _beyond(bound: Bound, values: NDArray[np.float64], limit: float) -> NDArray[np.bool_]:
    return np.asarray(values < limit if bound.side == "low" else values > limit)
