"""The side of a checkerboard's squares, in pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.images import RGBImage

WORKING_SIDES = (1024, 640)
"""The longer sides at which a picture is searched, in pixels: a full view of squares is missed at some."""

FEWEST_CORNERS = (5, 4)
"""Inner corners along and across that must be in view; more are taken as they come."""

MOST_OFF = 0.1
"""How far corners may lie from the best square grid, as a part of a square; a tilted board's lie further."""

LEAST_CONTRAST = 0.8
"""Correlation, 0 to 1, of the squares' brightness with black and white in turn."""

Grey = NDArray[np.uint8]


def find_squares(picture: RGBImage) -> float | None:
    """The side of the squares in the pixels of `picture`, or None without a checkerboard in it.

    The board may be larger than the view and lie at any angle. The corners come from OpenCV's
    findChessboardCornersSB (Duda & Frese 2018, "Accurate Detection and Localization of
    Checkerboard Corners for Calibration").
    """
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    for working_side in WORKING_SIDES:
        shrink = min(1.0, working_side / max(grey.shape))
        small = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        for contrast in (0, 4):
            # Equalized in parts, since a lamp that lights one side more hides the other's corners.
            seen = cv2.createCLAHE(contrast, (4, 4)).apply(small) if contrast else small
            side = _side(np.asarray(seen, np.uint8))
            if side is not None:
                return float(side / shrink)
    return None


def _side(grey: Grey) -> float | None:
    flags = cv2.CALIB_CB_LARGER | cv2.CALIB_CB_NORMALIZE_IMAGE | cv2.CALIB_CB_EXHAUSTIVE
    found, corners, _ = cv2.findChessboardCornersSBWithMeta(grey, FEWEST_CORNERS, flags)
    if not found:
        return None
    # Only the corners' places are used: where the board leaves the view, OpenCV's rows can run askew.
    points = np.unique(np.rint(corners).reshape(-1, 2), axis=0, return_index=True)[1]
    points = np.asarray(corners, np.float64).reshape(-1, 2)[points] @ np.array([1, 1j])
    origin, step = _fit_grid(points)
    return float(abs(step)) if _alternates(grey, points, origin, step) else None


def _fit_grid(points: NDArray[np.complex128]) -> tuple[complex, complex]:
    """The square grid origin + n step through points of the plane, n whole in both parts.

    Places are complex numbers, so that one factor both turns and scales.
    """
    gaps = points[:, np.newaxis] - points
    np.fill_diagonal(gaps, np.inf)
    nearest = gaps[np.arange(len(points)), np.abs(gaps).argmin(axis=1)]
    # A fourth power is the same for all four directions of a square.
    direction = np.angle(np.sum((nearest / np.abs(nearest)) ** 4)) / 4
    step = complex(np.median(np.abs(nearest)) * np.exp(1j * direction))
    origin = complex(points[np.abs(points - points.mean()).argmin()])
    for _ in range(3):
        places = _round((points - origin) / step)
        good = np.abs(points - origin - places * step) < 2 * MOST_OFF * abs(step)
        if good.sum() < 2:
            break
        system = np.stack([np.ones(good.sum()), places[good]], axis=1)
        (origin, step), *_rest = np.linalg.lstsq(system, points[good], rcond=None)
    return origin, step


def _alternates(grey: Grey, points: NDArray[np.complex128], origin: complex, step: complex) -> bool:
    """True when the corners lie on the grid and its cells are black and white in turn."""
    places = _round((points - origin) / step)
    off = np.abs(points - origin - places * step) / abs(step)
    if np.median(off) > MOST_OFF or len(set(places)) < FEWEST_CORNERS[0] * FEWEST_CORNERS[1] * 0.8:
        return False
    cells = np.array(sorted({place + shift for place in places for shift in (0, -1, -1j, -1 - 1j)}, key=repr))
    # Around the middle too: on a grid of knight's moves only the middles alternate.
    around = np.array([0, 0.3 + 0.3j, 0.3 - 0.3j, -0.3 + 0.3j, -0.3 - 0.3j])
    places = origin + (cells[:, np.newaxis] + 0.5 + 0.5j + around) * step
    x, y = np.rint(places.real).astype(int), np.rint(places.imag).astype(int)
    inside = (x >= 0) & (y >= 0) & (x < grey.shape[1]) & (y < grey.shape[0])
    black = (cells.real + cells.imag) % 2
    colours = np.broadcast_to(black[:, np.newaxis], inside.shape)[inside]
    levels = grey[y[inside], x[inside]].astype(np.float64)
    if levels.std() == 0 or colours.std() == 0:
        return False
    return bool(abs(np.corrcoef(levels, colours)[0, 1]) >= LEAST_CONTRAST)


def _round(values: NDArray[np.complex128]) -> NDArray[np.complex128]:
    return np.asarray(np.rint(values.real) + 1j * np.rint(values.imag), np.complex128)
