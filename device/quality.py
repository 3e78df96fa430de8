"""What a picture measures, and what the hand should do about it. Pure functions."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from device.classifier.preprocess import FieldImage
from device.examination import Quality

# Each bound lies beyond every one of HAM10000's training and validation pictures
# (`dermapoint-build dataset` keeps them as fields): brightness 0.26 to 0.89, clipped
# up to 0.065, sharpness 2.2 and more. So no picture like those the model knows is refused.
DARKEST, BRIGHTEST = 0.20, 0.93
MOST_CLIPPED = 0.15
LEAST_SHARP = 1.5

USUALLY_SHARP = 5.2
"""The median sharpness of HAM10000's validation pictures."""

SHARP_ENOUGH = 0.8
"""A frame is left out that has less than this share of the sharpness of its burst's best."""

_WHITE = 250


def measure(field: FieldImage) -> Quality:
    """Measure a 224 x 224 field from `preprocess.resize_field`.

    `brightness` is the mean luma, 0 to 1 (ITU-R BT.601 weights); `clipped` the share of
    pixels that are blown out, 0 to 1; `sharpness` the standard deviation of the Laplacian
    of the luma, in grey levels (Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548).
    """
    luma = np.asarray(cv2.cvtColor(field, cv2.COLOR_RGB2GRAY), np.uint8)
    brightness = float(luma.mean()) / 255
    clipped = float((luma >= _WHITE).mean())
    sharpness = float(cv2.Laplacian(luma, cv2.CV_16S).std())
    return Quality(brightness, clipped, sharpness, _advice(brightness, clipped, sharpness))


class Selection(NamedTuple):
    """The numbers of a burst's best frames, best first and at least one; with advice when unfit."""

    frames: tuple[int, ...]
    advice: tuple[str, ...] = ()


def choose(burst: Sequence[Quality]) -> Selection:
    """The frames of a burst that are nearly as sharp as its sharpest fit one; without any, why."""
    ranked = sorted(range(len(burst)), key=lambda number: -burst[number].sharpness)
    fit = [number for number in ranked if burst[number].fit]
    if not fit:
        return Selection(tuple(ranked), burst[ranked[0]].advice)
    enough = SHARP_ENOUGH * burst[fit[0]].sharpness
    return Selection(tuple(number for number in fit if burst[number].sharpness >= enough))


def focus_level(quality: Quality) -> float:
    """How sharp a picture is, 0 (nothing to see) to 1 (as sharp as half of HAM10000), by the logarithm."""
    low, high = np.log(LEAST_SHARP), np.log(USUALLY_SHARP)
    return float(np.clip((np.log(max(quality.sharpness, LEAST_SHARP)) - low) / (high - low), 0, 1))


def _advice(brightness: float, clipped: float, sharpness: float) -> tuple[str, ...]:
    if brightness < DARKEST:
        return ("Too dark: take off the lens cap or turn on the light.",)
    if brightness > BRIGHTEST or clipped > MOST_CLIPPED:
        return ("Too bright: turn the light down or keep the sun off the lens.",)
    if sharpness < LEAST_SHARP:
        return ("Nothing sharp to see: rest the lens on the skin, over the lesion, and hold still.",)
    return ()
