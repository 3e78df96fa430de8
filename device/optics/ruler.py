"""The spacing of a ruler's ticks, at any angle, found by autocorrelation along every direction."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.images import RGBImage

WORKING_SIDE = 480
"""The longer side of the picture that is searched, in pixels."""

SHORTEST = 8.0
"""The closest ticks that are believed, in working pixels: texture and JPEG blocks lie below it, and
millimetres on a picture 60 mm wide just above."""
FEWEST_TICKS = 8
"""So many ticks must fit along the ruler: fewer could be chance."""
LEAST_REGULAR = 0.60
"""How alike a ruler must be to itself, moved by one to five ticks; 1 is a perfect grating.

Of 1606 pictures of HAM10000 the five above 0.59 show rulers; skin and hair reach 0.57.
"""

_BAND = 24
_COARSE_DEGREES, _FINE_DEGREES = 3.0, 0.5


@dataclass(frozen=True)
class Ticks:
    """Ticks `spacing` pixels apart along `degrees` from the picture's rows; `regularity` from 0 to 1."""

    spacing: float
    degrees: float
    regularity: float


def find_ticks(picture: RGBImage) -> Ticks | None:
    """The most regular row of ticks, in the pixels of `picture`; None when nothing is regular enough."""
    if min(picture.shape[:2]) < 2 * _BAND:
        return None
    shrink = min(1.0, WORKING_SIDE / max(picture.shape[:2]))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if shrink < 1:
        grey = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    small = np.asarray(grey, np.float32)
    coarse = max((_along(small, degrees) for degrees in np.arange(0, 180, _COARSE_DEGREES)), key=_regularity)
    around = coarse.degrees + np.arange(-_COARSE_DEGREES, _COARSE_DEGREES + 0.1, _FINE_DEGREES)
    best = max((_along(small, degrees) for degrees in around), key=_regularity)
    if best.regularity < LEAST_REGULAR:
        return None
    spacing, tilt = _refine(small, best)
    return Ticks(spacing / shrink, float(best.degrees + tilt) % 180, best.regularity)


def _refine(grey: NDArray[np.float32], ticks: Ticks) -> tuple[float, float]:
    """The spacing at right angles to the ticks, and by how many degrees they lean against `ticks.degrees`.

    Bands across long ticks stay regular when they cross them askew, only wider. So the nearest peak
    of the two-dimensional spectrum of all bands that show the ticks is taken.
    """
    profiles, _ = _profiles(grey, ticks.degrees)
    alike = _autocorrelation(profiles)
    alike /= np.maximum(alike[:, :1], 1e-6)
    near = np.array([_near(band, ticks.spacing) for band in alike])
    weighted = profiles * np.where(near > 0.5 * near.max(), near, 0)[:, np.newaxis]
    x = np.arange(profiles.shape[1])
    y = np.arange(profiles.shape[0]) * (_BAND // 2)
    along = np.linspace(0.9, 1.1, 201) / ticks.spacing
    across = np.linspace(-0.5, 0.5, 201) / max(ticks.spacing, _BAND)
    rows = weighted @ np.exp(-2j * np.pi * np.outer(x, along))
    power = np.abs(np.exp(-2j * np.pi * np.outer(across, y)) @ rows)
    v, u = np.unravel_index(power.argmax(), power.shape)
    return float(1 / np.hypot(along[u], across[v])), float(np.degrees(np.arctan2(across[v], along[u])))


def _regularity(ticks: Ticks) -> float:
    return ticks.regularity


def _along(grey: NDArray[np.float32], degrees: float) -> Ticks:
    """The most regular band along one direction."""
    profiles, inside = _profiles(grey, degrees)
    # How alike each band is to itself moved by 0, 1, 2... pixels, -1 to 1, over what both share.
    shared = _autocorrelation(inside)
    alike = _autocorrelation(profiles) / np.maximum(shared, 1)
    alike /= np.maximum(alike[:, :1], 1e-6)
    alike[shared < np.maximum(0.3 * shared[:, :1], _BAND)] = 0
    best = Ticks(0.0, degrees, 0.0)
    for band, length in zip(alike, shared[:, 0], strict=True):
        for lag in _peaks(band, int(length / FEWEST_TICKS)):
            spacing = _top(band, lag)
            # A ruler is alike to itself at every multiple of the spacing, chance is not.
            regularity = min(_near(band, times * spacing) for times in range(1, 6))
            # Multiples of the spacing are peaks too, so a longer one must be clearly better.
            if regularity > best.regularity + (0.1 if spacing > 1.5 * best.spacing else 0):
                best = Ticks(spacing, degrees, regularity)
    return best


def _autocorrelation(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of each row, by Wiener and Khinchin: the inverse transform of the power spectrum."""
    power = np.abs(np.fft.rfft(rows, 2 * rows.shape[1], axis=1)) ** 2
    return np.fft.irfft(power, axis=1)[:, : rows.shape[1]]


def _peaks(band: NDArray[np.float64], longest: int) -> NDArray[np.intp]:
    inner = band[1:-1]
    is_peak = (inner > band[:-2]) & (inner >= band[2:]) & (inner > 0.3)
    lags = np.flatnonzero(is_peak) + 1
    return lags[(lags >= SHORTEST) & (lags <= longest)]


def _top(band: NDArray[np.float64], lag: int) -> float:
    """The top of the parabola through a peak and its neighbours."""
    before, here, after = band[lag - 1 : lag + 2]
    return float(lag + 0.5 * (before - after) / (before - 2 * here + after))


def _near(band: NDArray[np.float64], lag: float) -> float:
    middle = round(lag)
    return float(band[middle - 1 : middle + 2].max(initial=0))


def _profiles(grey: NDArray[np.float32], degrees: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Bands across `degrees`, each averaged over its width, without what varies slowly, of equal energy."""
    height, width = grey.shape
    side = int(np.hypot(height, width))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += (side / 2 - width / 2, side / 2 - height / 2)
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    turned = cv2.warpAffine(soft, turn, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    filled = cv2.warpAffine(np.ones_like(grey), turn, (side, side), flags=cv2.INTER_NEAREST)
    # Only where the whole band lies inside: a border that is cut in steps would look like ticks.
    whole = (cv2.blur(filled, (1, _BAND)) > 0.999)[_BAND // 2 :: _BAND // 2]
    mean = np.where(whole, cv2.blur(turned, (1, _BAND))[_BAND // 2 :: _BAND // 2], 0)
    smooth_mean = cv2.GaussianBlur(mean, (0, 0), 10, sigmaY=0.01)
    smooth_weight = cv2.GaussianBlur(whole.astype(np.float32), (0, 0), 10, sigmaY=0.01)
    flat = np.where(whole, mean - smooth_mean / np.maximum(smooth_weight, 1e-3), 0)
    # A dark edge must not outweigh the ticks.
    inside = np.asarray(whole, np.float32)
    spread = np.sqrt((flat**2).sum(axis=1, keepdims=True) / np.maximum(inside.sum(axis=1, keepdims=True), 1))
    return np.asarray(np.clip(flat, -2 * spread, 2 * spread), np.float32), inside
