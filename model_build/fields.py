"""Every picture brought to the network's size, in one array file."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.lib.format import open_memmap
from tqdm import tqdm

from device.classifier.preprocess import FIELD_ASPECT, INPUT_SIDE, FieldImage, resize_field
from device.errors import ImageError
from device.images import RGBImage, decode_image
from model_build.errors import BuildError
from model_build.sources import Picture, report

_AT_ONCE = 256


def write_fields(pictures: Sequence[Picture], path: Path) -> list[str]:
    """Write the 224 x 224 field of every picture to the array file `path`; gives the files' SHA-256.

    Raises BuildError that names every file that is damaged or cut short.
    """
    unfinished = path.with_suffix(".part")
    array = open_memmap(
        unfinished, mode="w+", dtype=np.uint8, shape=(len(pictures), INPUT_SIDE, INPUT_SIDE, 3)
    )
    hashes, faults = [], []
    for index, made in enumerate(tqdm(_read_all(pictures), "dataset", len(pictures), unit="picture")):
        if isinstance(made, str):
            faults.append(made)
            continue
        array[index], digest = made
        hashes.append(digest)
    array.flush()
    if faults:
        unfinished.unlink()
        raise BuildError(report(faults))
    unfinished.replace(path)
    return hashes


def stretch(pixels: RGBImage) -> RGBImage:
    """A squashed picture in its own shape, 4:3."""
    height = pixels.shape[0]
    size = (round(height * FIELD_ASPECT), height)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _read_all(pictures: Sequence[Picture]) -> Iterator[tuple[FieldImage, str] | str]:
    # OpenCV lets other threads run while it decodes; so many at a time keep the memory small.
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(pictures), _AT_ONCE):
            yield from pool.map(_read, pictures[start : start + _AT_ONCE])


def _read(picture: Picture) -> tuple[FieldImage, str] | str:
    """The field and the file's SHA-256, or what is wrong with it."""
    try:
        data = picture.path.read_bytes()
        pixels = decode_image(data, str(picture.path))
    except OSError as error:
        return f"{picture.path}: can't be read ({error.strerror})"
    except ImageError as error:
        return str(error)
    field = resize_field(stretch(pixels) if picture.squashed else pixels)
    return field, hashlib.sha256(data).hexdigest()
