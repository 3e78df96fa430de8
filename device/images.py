"""Picture files in, RGB arrays out, and back."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import ImageError

RGBImage = NDArray[np.uint8]
"""Pixels, uint8, shape (height, width, 3), red first, 0 to 255."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})

# A file that was cut short still decodes, to a picture with a grey foot; only
# its missing end mark tells (JPEG: ITU-T T.81 B.1.1.3; PNG: W3C PNG 11.2.5).
_END_MARKS = {b"\xff\xd8": b"\xff\xd9", b"\x89P": b"IEND"}
_TAIL_BYTES = 1024


def read_image(path: Path) -> RGBImage:
    """Read a JPEG or PNG file.

    Raises ImageError, naming the file, when it is missing, not a picture or cut short.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path}: can't be read ({error.strerror})") from error
    return decode_image(data, str(path))


def decode_image(data: bytes, name: str) -> RGBImage:
    """Decode the bytes of a JPEG or PNG file; `name` stands in the error's message.

    Raises ImageError when the bytes are not a picture or are cut short.
    """
    end_mark = _END_MARKS.get(data[:2])
    if end_mark is None:
        raise ImageError(f"{name}: is not a JPEG or PNG picture")
    if end_mark not in data[-_TAIL_BYTES:]:
        raise ImageError(f"{name}: is truncated; copy it again from its source")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise ImageError(f"{name}: is damaged and can't be decoded")
    return np.asarray(pixels, np.uint8)


def encode_jpeg(pixels: RGBImage, quality: int) -> bytes:
    """Encode as JPEG; `quality` from 1 (small) to 100 (faithful)."""
    _, data = cv2.imencode(
        ".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return data.tobytes()


def find_images(folder: Path) -> Iterator[Path]:
    """All picture files below `folder`, in the order of their paths."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            yield path
