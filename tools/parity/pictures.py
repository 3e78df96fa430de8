"""Pictures of every kind that a page may be shown, made from a few real ones; always the same."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.images import RGBImage, read_image

Change = Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]]


def draw_pictures(paths: Sequence[Path], count: int, seed: int = 0) -> list[RGBImage]:
    """So many pictures: each of the files as it is, then again with a fault and of another size."""
    random = np.random.default_rng(seed)
    pictures = []
    for number in range(count):
        pixels = read_image(paths[number % len(paths)])
        if number >= len(paths):
            change = _CHANGES[int(random.integers(len(_CHANGES)))]
            changed = change(np.asarray(pixels, np.float32), random)
            pixels = _resize(np.asarray(np.clip(np.rint(changed), 0, 255), np.uint8), random)
        pictures.append(pixels)
    return pictures


def _resize(pixels: RGBImage, random: np.random.Generator) -> RGBImage:
    height, width = pixels.shape[:2]
    factor = random.uniform(0.45, 1.6)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _blur(pixels: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.5, 4)), np.float32)


def _light(pixels: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    return pixels * np.float32(random.uniform(0.4, 1.8))


def _tint(pixels: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    return pixels * np.asarray(random.uniform(0.7, 1.3, 3), np.float32)


def _move(pixels: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    return np.roll(pixels, random.integers(-200, 200, 2), axis=(0, 1))


def _noise(pixels: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    return np.asarray(pixels + random.normal(0, random.uniform(2, 30), pixels.shape), np.float32)


def _shine(pixels: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    lit = pixels.copy()
    for x, y in random.integers(0, 450, (5, 2)).tolist():
        cv2.circle(lit, (x, y), int(random.integers(4, 20)), (255, 255, 255), -1)
    return lit


_CHANGES: tuple[Change, ...] = (_blur, _light, _tint, _move, _noise, _shine)
