"""What lies over lesions in practice, hair and a ruler's edge, drawn into training pictures."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from device.images import RGBImage

_BITS = 4
"""Fractional bits of coordinates, so that a line's place isn't rounded to whole pixels."""


def overlay(field: RGBImage, random: np.random.Generator, share: float) -> RGBImage:
    """A copy of `field` with hair, and one with a ruler, each in a `share` of all draws, 0 to 1."""
    drawn = field.copy()
    if random.random() < share:
        draw_hair(drawn, random)
    if random.random() < share / 2:
        draw_ruler(drawn, random)
    return drawn


def draw_hair(field: RGBImage, random: np.random.Generator) -> None:
    """Up to 12 bent hairs into `field`, uint8 (height, width, 3): thin, brown, some fair."""
    side = min(field.shape[:2])
    colour = random.uniform(20, 70) * np.array([1.0, 0.8, 0.65]) * random.choice([1, 1, 1, 3])
    mask = np.zeros(field.shape[:2], np.uint8)
    for _ in range(random.integers(1, 13)):
        start, end = random.uniform(-0.1, 1.1, (2, 2)) * side
        bend = (start + end) / 2 + random.normal(0, 0.15 * side, 2)
        along = np.linspace(0, 1, 24)[:, None]
        # A quadratic Bézier curve through three points.
        points = (1 - along) ** 2 * start + 2 * along * (1 - along) * bend + along**2 * end
        _draw(mask, points, random.uniform(0.4, 1))
    _blend(field, mask, colour)


def draw_ruler(field: RGBImage, random: np.random.Generator) -> None:
    """A ruler's edge into `field`: a row of ticks near a border, at any angle, each fifth longer."""
    side = min(field.shape[:2])
    angle = random.uniform(-math.pi, math.pi)
    along, across = (
        np.array([math.cos(angle), math.sin(angle)]),
        np.array([-math.sin(angle), math.cos(angle)]),
    )
    edge = side / 2 + across * random.uniform(0.3, 0.5) * side
    gap = random.uniform(0.03, 0.08) * side
    mask = np.zeros(field.shape[:2], np.uint8)
    for number in range(-20, 21):
        foot = edge + along * gap * number
        length = (0.08 if number % 5 == 0 else 0.05) * side
        _draw(mask, np.stack([foot, foot + across * length]), 1.0)
    _blend(field, mask, np.full(3, random.uniform(10, 90)))


def _draw(mask: NDArray[np.uint8], points: NDArray[np.float64], opacity: float) -> None:
    line = np.rint(points * 2**_BITS).astype(np.int32)[:, None]
    cv2.polylines(mask, [line], False, round(255 * opacity), 1, cv2.LINE_AA, _BITS)


def _blend(field: RGBImage, mask: NDArray[np.uint8], colour: NDArray[np.float64]) -> None:
    drawn = mask > 0
    share = mask[drawn][:, None] / 255
    field[drawn] = np.rint(field[drawn] + share * (np.clip(colour, 0, 255) - field[drawn]))
