"""Where the lesion ends in a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.compare.picture import Picture

Mask = NDArray[np.uint8]

LEAST_SHARE, MOST_SHARE = 0.01, 0.7
"""Of the picture: less is a speck, and with more there is no skin to tell the lesion from."""
MOST_CUT = 0.35
"""Of the picture's rim: a lesion that covers more lies outside in part, and its size can't be known."""

_KERNEL = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17))
"""Pixels of the working size: wider than a hair, narrower than most structures."""
_SMOOTH = 3.0
_WHOLE = 0.02
_STEP, _MOST_UNSTEADY = 0.2, 1.28
"""A fifth more and less of the threshold's distance from the skin, and what that may do to the diameter."""
_LEAST_SKIN = 2000
"""Pixels; with less the fall-off of the light can't be told."""
_EVERY = 37
"""So few pixels are enough for four terms."""
_VIGNETTE = 30
"""Of 255: darker is no skin but the lens's own rim (where it reaches the corners)."""


@dataclass(frozen=True)
class Outline:
    """What of a picture is lesion: `mask` of the picture's size, 0 or 1.

    `whole` when it doesn't reach the picture's rim, `steady` when a slightly other threshold finds much the
    same: of others the size can't be known.
    """

    mask: Mask
    whole: bool
    steady: bool


def outline(picture: Picture) -> Outline | None:
    """The lesion in a picture, or None where none can be told from the skin.

    The darker side of Otsu's threshold (1979, doi:10.1109/TSMC.1979.4310076) of the lesser of green and blue,
    where pigment and blood absorb most. Hairs are closed over first, as DullRazor does (Lee et al., 1997,
    doi:10.1016/S0010-4825(97)00020-6); then it is done once more without the light's fall-off, as the skin
    around the first outline shows it. Of what is found the piece nearest to the middle counts.
    """
    seen = _field_of_view(picture)
    absorbing = cv2.min(picture[..., 1], picture[..., 2])
    without_hair = cv2.morphologyEx(absorbing, cv2.MORPH_CLOSE, _KERNEL)
    smooth = np.asarray(cv2.GaussianBlur(without_hair, (0, 0), _SMOOTH), np.float32)
    mask = _darker(smooth, _threshold(smooth, seen), seen)
    # From here on 0 is the skin.
    skin = np.asarray((seen == 1) & (cv2.dilate(mask, _KERNEL) == 0), np.uint8)
    levels = np.asarray(smooth - _light(smooth, skin), np.float32)
    threshold = _threshold(levels, seen)
    mask = _darker(levels, threshold, seen)
    cut = float(np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean())
    if not LEAST_SHARE <= float(mask.mean()) <= MOST_SHARE or cut > MOST_CUT:
        return None
    less, more = (_darker(levels, threshold + sign * _STEP * abs(threshold), seen) for sign in (-1, 1))
    steady = bool(less.any()) and diameter(more) / diameter(less) < _MOST_UNSTEADY
    return Outline(mask, cut <= _WHOLE, steady)


def diameter(mask: Mask) -> float:
    """The longest diameter in pixels, from border to border."""
    hull = cv2.convexHull(contour(mask)).reshape(-1, 2).astype(np.float64)
    return float(np.linalg.norm(hull[:, None] - hull[None], axis=2).max()) + 1


def contour(mask: Mask) -> NDArray[np.int32]:
    """The mask's border as points (x, y), shape (n, 2)."""
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1)
    return np.asarray(max(found, key=cv2.contourArea).reshape(-1, 2), np.int32)


def _threshold(levels: NDArray[np.float32], seen: Mask) -> float:
    lowest = float(levels.min())
    grey = np.asarray(np.clip(levels - lowest, 0, 255), np.uint8)
    found, _ = cv2.threshold(grey[seen == 1].reshape(-1, 1), 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(found) + lowest


def _darker(levels: NDArray[np.float32], threshold: float, seen: Mask) -> Mask:
    """What is darker than the threshold: the piece nearest to the middle, without holes."""
    dark = np.asarray((levels <= threshold) & (seen == 1), np.uint8)
    return _filled(_nearest_the_middle(np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, _KERNEL), np.uint8)))


def _light(levels: NDArray[np.float32], skin: Mask) -> NDArray[np.float32]:
    """How the light falls on a picture: a slope and a fall-off from the middle, fitted to the skin."""
    if int(skin.sum()) < _LEAST_SKIN:
        return np.zeros_like(levels)
    down, across = _places(levels.shape)
    terms = np.stack([np.ones_like(levels), across, down, across**2 + down**2], axis=-1)
    some = np.flatnonzero(skin)[::_EVERY]
    solved, *_ = np.linalg.lstsq(terms.reshape(-1, 4)[some], levels.ravel()[some], rcond=None)
    return np.asarray(terms @ solved, np.float32)


def _places(shape: tuple[int, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far down and across each pixel lies, -1 to 1."""
    down, across = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(np.float32)
    return down, across


def _field_of_view(picture: Picture) -> Mask:
    """1 where the lens lets light through: all but dark places that touch the corners."""
    dark = np.asarray(picture.max(axis=2) < _VIGNETTE, np.uint8)
    _, pieces = cv2.connectedComponents(dark)
    height, width = dark.shape
    corners = [pieces[y, x] for y in (0, height - 1) for x in (0, width - 1) if dark[y, x]]
    return np.asarray(~np.isin(pieces, corners) | (dark == 0), np.uint8)


def _nearest_the_middle(dark: Mask) -> Mask:
    """The piece with the most of itself near the middle of the picture."""
    count, pieces = cv2.connectedComponents(dark)
    down, across = _places(dark.shape)
    nearness = np.exp(-2 * (down**2 + across**2))
    weights = np.bincount(pieces.ravel(), nearness.ravel(), count)
    weights[0] = 0
    return np.asarray(pieces == int(weights.argmax()), np.uint8) if count > 1 else np.zeros_like(dark)


def _filled(mask: Mask) -> Mask:
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(np.zeros_like(mask), found, -1, 1, cv2.FILLED), np.uint8)
