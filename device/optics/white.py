"""White balance and flat field: what makes a picture of a white card even and without a cast."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import CalibrationError
from device.images import RGBImage

GRID = (24, 32)
"""Rows and columns of a gain field: far coarser than dust or a card's fibres, fine enough for any lens."""

MOST_GAIN = 3.0
"""No part of a picture is brightened by more than this, or it would be noise that is seen."""

Gains = NDArray[np.float32]
"""What each place and channel is multiplied by, float32, shape (24, 32, 3), 1 to `MOST_GAIN`."""

# A card that fills the view and is lit by the device alone lies far inside all of these bounds;
# tests/device/test_optics_white.py holds them against real pictures of skin, all of which they refuse.
DARKEST = 80
BLOWN, MOST_BLOWN = 250, 0.005
LEAST_IN_VIEW = 0.5
MOST_CAST = 1.4
LEAST_EVEN = 0.5
COARSE, MOST_COARSE = 0.05, 0.05
MOST_CHANGE = 0.05

_CELL = 8
_FIELD_STOP = 0.25
_DEGREE = 4
_ROUNDS = 4


def measure_white(pictures: Iterable[RGBImage]) -> Gains:
    """The gains that make the mean of some pictures of one plain white card even and neutral.

    They multiply the pixel values as they come from the camera. Where these are a power of the
    light, as with a gamma of 2.2, that undoes a loss of light by lens or lamp exactly, whatever the
    power: (v L)^p / v^p = L^p. sRGB (IEC 61966-2-1) is nearly one.

    The brightest place and channel gets a gain of 1 and all else more, so that what is blown out
    stays white and keeps counting as blown out. The field is a polynomial of degree 4 in both
    directions, fitted to the logarithm of the medians of `GRID` cells, outliers left out: dust and
    texture don't enter. Black corners outside the lens get the gain of the rim.

    Raises CalibrationError, in one sentence, when the card is too dark, blown out, not plain, lit
    too unevenly or has too strong a cast, or when the light changed between the pictures.
    """
    card = _mean([_reduce(picture) for picture in pictures])
    cells = _medians(card)
    luma = cells.mean(axis=2)
    seen = luma > _FIELD_STOP * np.percentile(luma, 95)
    # A cell that the rim of the lens cuts says nothing of either side.
    seen = cv2.erode(seen.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) > 0
    _require_bright(card, luma, seen)
    smooth = _fit(cells, seen)
    _require_white_card(card, smooth, seen)
    gains = smooth[seen].max() / smooth
    return np.asarray(np.clip(gains, 1, min(gains[seen].max(), MOST_GAIN)), np.float32)


def _reduce(picture: RGBImage) -> NDArray[np.float32]:
    height, width = (_CELL * side for side in GRID)
    if picture.shape[0] < height or picture.shape[1] < width:
        raise CalibrationError("card_picture_too_small", width=width, height=height)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _mean(reduced: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    if not reduced:
        raise CalibrationError("card_missing")
    levels = np.array([np.median(each) for each in reduced])
    if np.ptp(levels) > MOST_CHANGE * levels.mean():
        raise CalibrationError("card_changed")
    return np.asarray(np.mean(reduced, axis=0), np.float32)


def _medians(card: NDArray[np.float32]) -> NDArray[np.float64]:
    rows, columns = GRID
    return np.asarray(np.median(card.reshape(rows, _CELL, columns, _CELL, 3), axis=(1, 3)), np.float64)


def _require_bright(card: NDArray[np.float32], luma: NDArray[np.float64], seen: NDArray[np.bool_]) -> None:
    if np.percentile(luma, 95) < DARKEST:
        raise CalibrationError("card_too_dark")
    if seen.mean() < LEAST_IN_VIEW:
        raise CalibrationError("card_too_small")
    if (card.max(axis=2) >= BLOWN).mean() > MOST_BLOWN:
        raise CalibrationError("card_blown_out")


def _fit(cells: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The polynomials through the cells that are seen, one a channel, shape (24, 32, 3)."""
    y, x = (axis.ravel() for axis in np.meshgrid(*(np.linspace(-1, 1, side) for side in GRID), indexing="ij"))
    terms = np.stack([x**i * y**j for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)], axis=1)
    values = np.log(np.maximum(cells, 1)).reshape(-1, 3)
    kept = seen.ravel().copy()
    fitted = values
    for _ in range(_ROUNDS):
        coefficients, *_rest = np.linalg.lstsq(terms[kept], values[kept], rcond=None)
        fitted = terms @ coefficients
        misses = np.abs(values - fitted).max(axis=1)
        # Three robust standard deviations (1.4826 MAD), and never fewer than half of the cells.
        kept = seen.ravel() & (misses <= max(3 * 1.4826 * float(np.median(misses[seen.ravel()])), 0.002))
    return np.exp(fitted).reshape(cells.shape)


def _require_white_card(
    card: NDArray[np.float32], smooth: NDArray[np.float64], seen: NDArray[np.bool_]
) -> None:
    colour = np.median(smooth[seen], axis=0)
    if colour.max() > MOST_CAST * colour.min():
        raise CalibrationError("card_cast")
    size = card.shape[1::-1]
    inside = cv2.resize(seen.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    off = np.abs(card / cv2.resize(smooth, size) - 1).max(axis=2)[inside] > COARSE
    if off.mean() > MOST_COARSE:
        raise CalibrationError("card_not_plain")
    luma = smooth.mean(axis=2)[seen]
    if luma.min() < LEAST_EVEN * luma.max():
        raise CalibrationError("card_uneven")
