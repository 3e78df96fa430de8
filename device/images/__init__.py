"""Picture files in, RGB arrays out, and back.

Files from elsewhere are decoded by a `Decoder` (decoder.py), whose process has bounded memory and time;
what is read here in the caller's own process came with the program, or was made by it.
"""

import stat
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import ImageError
from device.images.head import check_picture
from device.images.heic import decode_heic, is_heic

RGBImage = NDArray[np.uint8]
"""Pixels, uint8, shape (height, width, 3), red first, 0 to 255."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".heic"})

MOST_PIXELS = 52_000_000
"""Of a picture that is read at all: what phones make at most without a special mode."""
MOST_KEPT_PIXELS = 16_000_000
"""Of a picture among the records: no camera of a Raspberry Pi that Dermapoint takes makes more (HQ: 12.3)."""
LARGEST_FILE = 128 << 20
"""Bytes; it is read into memory."""

_REDUCED = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def read_image(path: Path, most_pixels: int = MOST_PIXELS) -> RGBImage:
    """Read a JPEG or PNG file.

    Raises ImageError, naming the file, when it is missing, not a picture, cut short or too large.
    """
    return decode_image(read_file(path), printable(path), most_pixels)


def read_file(path: Path) -> bytes:
    """The bytes of a picture file. Raises ImageError, naming it, when it can't be one or can't be read."""
    try:
        kind = path.stat()
        # Reading a pipe may never end, and a device never does.
        if not stat.S_ISREG(kind.st_mode):
            raise ImageError("no_file", name=printable(path))
        if kind.st_size > LARGEST_FILE:
            raise ImageError("picture_file_too_large", name=printable(path), most=LARGEST_FILE >> 20)
        return path.read_bytes()
    except OSError as error:
        raise ImageError("picture_file_unreadable", name=printable(path), error=error) from error
    except ValueError as error:
        raise ImageError("no_name_of_file", name=printable(path)) from error


def decode_image(data: bytes, name: str, most_pixels: int = MOST_PIXELS, reduced: int = 1) -> RGBImage:
    """Decode the bytes of a JPEG, PNG or HEIC file, to 1/`reduced` of its width and height (1, 2, 4 or 8).

    `name` stands in the error's message. Raises ImageError when the bytes are not a picture, are cut
    short, or have more pixels than may be.
    """
    check_picture(data, name, most_pixels)
    if is_heic(data):
        return decode_heic(data, name, reduced)
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED[reduced])
    except (cv2.error, MemoryError):
        pixels = None
    if pixels is None:
        raise ImageError("picture_damaged", name=name)
    # Only the whole size comes red first.
    return np.asarray(pixels if reduced == 1 else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def encode_jpeg(pixels: RGBImage, quality: int) -> bytes:
    """Encode as JPEG; `quality` from 1 (small) to 100 (faithful)."""
    _, data = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return data.tobytes()


def find_images(folder: Path) -> Iterator[Path]:
    """All picture files below `folder`, in the order of their paths.

    Hidden ones are passed over: macOS leaves a `._NAME.jpg` beside each file, which is no picture.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
            yield path


def printable(path: Path) -> str:
    """The name of a file on one line, without what a terminal would obey or can't show."""
    shown = (each if each.isprintable() else ascii(each)[1:-1] for each in str(path))
    return "".join(shown)
