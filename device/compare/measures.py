"""What a lesion measures within its outline."""

from dataclasses import dataclass

import cv2
import numpy as np

from device.compare.outline import Mask, Outline, contour, diameter
from device.compare.picture import HEIGHT, WIDTH, Picture

_GAP, _RING = 9, 41
"""Pixels around the outline: left out, since a border is seldom sharp, and then counted as skin."""


@dataclass(frozen=True)
class Measures:
    """A lesion's measures in one picture.

    `area` is a share of the picture, 0 to 1; `diameter`, the longest, in widths of the picture; `colour` how
    the lesion's mean differs from that of the skin around it in CIELAB (CIE 15:2018): lightness, green to
    red, blue to yellow, so that another light on both hardly counts. `border` are its points, (x, y) of the
    working size. When not `sized`, area and diameter are of what is seen, and not to be compared.
    """

    area: float
    diameter: float
    colour: tuple[float, float, float]
    border: tuple[tuple[int, int], ...]
    sized: bool


def measure(picture: Picture, outline: Outline) -> Measures:
    """Measure what is inside of `outline` in `picture`."""
    mask = outline.mask
    lab = cv2.cvtColor((picture / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    skin = (_grown(mask, _RING) == 1) & (_grown(mask, _GAP) == 0)
    around = lab[skin] if skin.any() else lab.reshape(-1, 3)
    colour = lab[mask == 1].mean(axis=0) - np.median(around, axis=0)
    return Measures(
        float(mask.sum()) / (WIDTH * HEIGHT),
        diameter(mask) / WIDTH,
        (float(colour[0]), float(colour[1]), float(colour[2])),
        tuple((int(x), int(y)) for x, y in contour(mask)),
        outline.whole and outline.steady,
    )


def colour_difference(first: Measures, second: Measures) -> float:
    """How far apart two lesions' colours are, each against its own skin: CIE 1976 (CIE 15:2018), from 0."""
    return float(np.linalg.norm(np.subtract(second.colour, first.colour)))


def _grown(mask: Mask, pixels: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))
    return np.asarray(cv2.dilate(mask, kernel), np.uint8)
