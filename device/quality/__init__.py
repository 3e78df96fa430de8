"""What a picture is worth, and what the hand should do about it. Pure functions."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from device.classifier.preprocess import FieldImage
from device.examination import Quality
from device.message import Message
from device.quality import measures
from device.quality.bounds import BOUNDS, LIMITS, cast_of

SHARP_ENOUGH = 0.8
"""A frame is left out that has less than this share of the least detail of its burst's best."""

FOCUS = LIMITS["least detail, low"], 1.1
"""The least detail at either end of the focus bar: refused, and HAM10000's median."""


class Hint(NamedTuple):
    """What the hand could do better when a measure of a fit picture is over its limit, by code."""

    measure: str
    limit: float
    advice: str


HINTS = (
    Hint("lesion cut", 0.5, "lesion_cut"),
    Hint("off centre", 0.5, "off_centre"),
)
"""For the live view, the gravest first: half of the field's rim, and half a side."""


def measure(field: FieldImage) -> Quality:
    """Measure a 224 x 224 field from `preprocess.resize_field`; each measure is told in `measures`."""
    luma = np.asarray(cv2.cvtColor(field, cv2.COLOR_RGB2GRAY), np.float32)
    framing = measures.framing(field)
    found = {
        "brightness": measures.brightness(luma),
        "blown out": measures.blown_out(field),
        "drowned": measures.drowned(luma),
        "glare": measures.glare(field, luma),
        "detail": measures.detail(luma),
        "least detail": measures.least_detail(luma),
        "cast": cast_of(*measures.colour(field)),
        "lesion area": framing.area,
        "lesion cut": framing.cut,
        "off centre": framing.off_centre,
    }
    faults = [Message(bound.advice) for bound in BOUNDS if bound.is_broken_by(found[bound.measure])]
    return Quality({name: round(value, 4) for name, value in found.items()}, tuple(faults[:1]))


class Selection(NamedTuple):
    """The numbers of a burst's best frames, best first and at least one; with advice when unfit."""

    frames: tuple[int, ...]
    advice: tuple[Message, ...] = ()


def choose(burst: Sequence[Quality]) -> Selection:
    """The fit frames of a burst that are nearly as sharp as the best of them; without any, why."""
    ranked = sorted(range(len(burst)), key=lambda number: -burst[number].measures["least detail"])
    fit = [number for number in ranked if burst[number].fit]
    if not fit:
        return Selection(tuple(ranked), burst[ranked[0]].advice)
    enough = burst[fit[0]].measures["least detail"] + np.log(SHARP_ENOUGH)
    return Selection(tuple(number for number in fit if burst[number].measures["least detail"] >= enough))


def focus_level(quality: Quality) -> float:
    """How sharp a picture is, 0 (refused) to 1 (as sharp as half of HAM10000)."""
    level = (quality.measures["least detail"] - FOCUS[0]) / (FOCUS[1] - FOCUS[0])
    return float(np.clip(level, 0, 1))


def hint(quality: Quality) -> Message | None:
    """What the hand could do better though the picture is fit; None when nothing.

    Framing is no reason to refuse: HAM10000 itself has lesions that fill the field or lie beside
    its middle, and moving them changes few findings (docs/quality.md).
    """
    return next((Message(each.advice) for each in HINTS if quality.measures[each.measure] > each.limit), None)
