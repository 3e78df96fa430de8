"""Finds the limits: as strict as real pictures allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.quality import measure, measures
from device.quality.bounds import BOUNDS, Bound

Measured = dict[str, NDArray[np.float64]]
"""Each measure by name, one value a picture."""

REFUSED = 0.03
"""The share of each source's pictures that may be refused; with what is refused as foreign, under 6 %."""


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


def limits_at(share: float, sources: Sequence[Measured]) -> dict[str, float]:
    """The tightest limits beyond which at most `share` of each source lies, each bound for itself."""
    return {bound.name: _loosest(bound, [_limit(bound, share, real) for real in sources]) for bound in BOUNDS}


def find_limits(sources: Sequence[Measured]) -> tuple[float, dict[str, float]]:
    """The share, the same for all bounds, at which the worst source has `REFUSED` refused, and its limits."""
    low, high = 0.0, REFUSED
    for _ in range(30):
        middle = (low + high) / 2
        limits = limits_at(middle, sources)
        if max(refused(real, limits).mean() for real in sources) <= REFUSED:
            low = middle
        else:
            high = middle
    return low, {name: round(limit, 4) for name, limit in limits_at(low, sources).items()}


def refused(measured: Measured, limits: dict[str, float]) -> NDArray[np.bool_]:
    """Which pictures break a bound."""
    broken = [_beyond(bound, measured[bound.measure], limits[bound.name]) for bound in BOUNDS]
    return np.asarray(np.any(broken, axis=0))


def _loosest(bound: Bound, limits: Sequence[float]) -> float:
    return min(limits) if bound.side == "low" else max(limits)


def _limit(bound: Bound, share: float, real: Measured) -> float:
    side = share if bound.side == "low" else 1 - share
    return float(np.quantile(real[bound.measure], side))


def _beyond(bound: Bound, values: NDArray[np.float64], limit: float) -> NDArray[np.bool_]:
    return np.asarray(values < limit if bound.side == "low" else values > limit)
