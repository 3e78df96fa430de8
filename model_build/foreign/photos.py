"""Photographs that show no lesion: those that come with two libraries, and folders that the user names."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import skimage.data
import sklearn.datasets
from numpy.random import Generator
from numpy.typing import NDArray

from device.classifier.preprocess import resize_field
from device.errors import ImageError
from device.images import find_images, read_image
from model_build.errors import BuildError

_MOST_PIXELS = 1200
_LEAST_SHARE = 0.33
# Not photographs, or of cells and eyes, which share their colours with skin.
_LEFT_OUT = {"chessboard_GRAY", "chessboard_RGB", "color", "logo", "phantom", "horse", "retina", "ihc"}
_LEFT_OUT |= {"microaneurysms", "cell", "motorcycle_right"}


def library_photos() -> list[Path]:
    """The photographs that come inside scikit-image and scikit-learn."""
    folders = Path(skimage.data.__file__).parent, Path(sklearn.datasets.__file__).parent / "images"
    return [path for folder in folders for path in find_images(folder) if path.stem not in _LEFT_OUT]


def crops(files: Iterable[Path], each: int, random: Generator) -> Iterator[NDArray[np.uint8]]:
    """`each` upright 4:3 cuts out of every file that can be read, RGB; at least a third of its width."""
    for path in files:
        try:
            picture = _reduce(read_image(path))
        except ImageError:
            continue
        height, width = picture.shape[:2]
        for _ in range(each):
            wide = min(width, height * 4 / 3) * random.uniform(_LEAST_SHARE, 1)
            high = wide * 3 / 4
            left, top = int(random.uniform(0, width - wide)), int(random.uniform(0, height - high))
            yield np.ascontiguousarray(picture[top : top + int(high), left : left + int(wide)])


def cut_fields(files: Iterable[Path], each: int, random: Generator) -> NDArray[np.uint8]:
    """The cuts as fields, uint8, shape (cuts, 224, 224, 3). Raises BuildError when no file can be read."""
    fields = [resize_field(cut) for cut in crops(files, each, random)]
    if not fields:
        raise BuildError("there is no JPEG or PNG photograph that can be read; give a folder of some")
    return np.stack(fields)


def _reduce(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    factor = _MOST_PIXELS / max(picture.shape[:2])
    if factor >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
