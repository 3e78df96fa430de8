"""What a hand or a lamp does wrong, in steps from hardly to hopelessly.

Each function takes a field (uint8, shape (224, 224, 3)), a step from 0 (nothing) to 1 and a
source of draws, and gives a field.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from model_build.robustness.perturbations import Field, glare, magnify, relight, shift, white_balance

STEPS = (1 / 12, 1 / 6, 1 / 3, 1 / 2, 3 / 4, 1.0)


def defocus(field: Field, step: float, random: Generator) -> Field:
    """A Gaussian of up to 6 pixels."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), 0.3 + 5.7 * step), np.uint8)


def motion(field: Field, step: float, random: Generator) -> Field:
    """Drawn out along a line of up to 31 pixels, in any direction."""
    length = int(3 + 28 * step)
    angle, middle = random.uniform(0, np.pi), (length - 1) / 2
    reach = middle * np.array([np.cos(angle), np.sin(angle)])
    ends = [np.rint(middle + sign * reach).astype(int).tolist() for sign in (-1, 1)]
    kernel = np.zeros((length, length), np.float32)
    cv2.line(kernel, ends[0], ends[1], 1.0)
    drawn = cv2.filter2D(field, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)
    return np.asarray(drawn, np.uint8)


def too_dark(field: Field, step: float, random: Generator) -> Field:
    """Down to a sixty-fourth of the light: six stops."""
    return relight(field, 2.0 ** (-6 * step))


def too_bright(field: Field, step: float, random: Generator) -> Field:
    """Up to sixteen times the light: four stops."""
    return relight(field, 2.0 ** (4 * step))


def reflections(field: Field, step: float, random: Generator) -> Field:
    """Up to thirty white spots."""
    return glare(field, 2.5 * step, random)


def colour_cast(field: Field, step: float, random: Generator) -> Field:
    """Red gains up to 2.7 times and blue loses as much, or the other way."""
    return white_balance(field, 4 * step, random)


def off_centre(field: Field, step: float, random: Generator) -> Field:
    """Moved by up to 0.6 of the side in any direction."""
    angle = random.uniform(0, 2 * np.pi)
    return shift(field, 0.6 * step * np.array([np.cos(angle), np.sin(angle)]))


def too_far(field: Field, step: float, random: Generator) -> Field:
    """Down to a quarter of its size."""
    return magnify(field, 1 / (1 + 3 * step))


def too_near(field: Field, step: float, random: Generator) -> Field:
    """Up to five times its size."""
    return magnify(field, 1 + 4 * step)


FAULTS: dict[str, Callable[[Field, float, Generator], Field]] = {
    "out of focus": defocus,
    "moved": motion,
    "too dark": too_dark,
    "too bright": too_bright,
    "reflections": reflections,
    "colour cast": colour_cast,
    "off centre": off_centre,
    "too far": too_far,
    "too near": too_near,
}
