"""Every picture brought to the network's size, in one array file."""

import hashlib
import io
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from device.classifier.preprocess import FIELD_ASPECT, INPUT_SIDE, FieldImage, resize_field
from device.errors import ImageError
from device.images import RGBImage, decode_image
from model_build.errors import BuildError, report
from model_build.progress import progress
from model_build.sources import Picture

_SHAPE = (INPUT_SIDE, INPUT_SIDE, 3)
_BYTES = INPUT_SIDE * INPUT_SIDE * 3
_AT_ONCE = 256


def write_fields(pictures: Sequence[Picture], unfinished: Path) -> list[str]:
    """Write the 224 x 224 field of every picture to the array file `unfinished`; gives the files' SHA-256.

    Goes on behind the pictures that the file already holds. Raises BuildError that names every file that is
    damaged or cut short.
    """
    header, kept = _header(len(pictures)), _count_kept(unfinished, len(pictures))
    hashes = [hashlib.sha256(picture.path.read_bytes()).hexdigest() for picture in pictures[:kept]]
    faults: list[str] = []
    with unfinished.open("r+b" if kept else "wb") as file:
        file.write(header)
        file.truncate(len(header) + kept * _BYTES)
        file.seek(0, io.SEEK_END)
        left = pictures[kept:]
        for made in progress(_read_all(left), "dataset: pictures", len(left)):
            if isinstance(made, str):
                faults.append(made)
            elif not faults:
                file.write(made[0].tobytes())
                hashes.append(made[1])
    if faults:
        raise BuildError(report(faults))
    return hashes


def stretch(pixels: RGBImage) -> RGBImage:
    """A squashed picture in its own shape, 4:3."""
    height = pixels.shape[0]
    size = (round(height * FIELD_ASPECT), height)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _header(count: int) -> bytes:
    # Written by hand, not as a memory map: on a full disk a map ends the program without a word.
    buffer = io.BytesIO()
    description = {"descr": "|u1", "fortran_order": False, "shape": (count, *_SHAPE)}
    np.lib.format.write_array_header_1_0(buffer, description)
    return buffer.getvalue()


def _count_kept(unfinished: Path, count: int) -> int:
    return max(0, unfinished.stat().st_size - len(_header(count))) // _BYTES if unfinished.exists() else 0


def require_space_for(count: int, unfinished: Path) -> None:
    """Raise BuildError when the disk is too small for what `unfinished` still lacks of `count` fields."""
    require_space(unfinished.parent, (count - _count_kept(unfinished, count)) * _BYTES)


def require_space(folder: Path, needed: int) -> None:
    """Raise BuildError when fewer than `needed` bytes are free in `folder`."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BuildError(
            f"{folder}: the pictures need {needed / 1e9:.1f} GB and {free / 1e9:.1f} GB are free; "
            "make room, or give --work a folder on another disk"
        )


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
