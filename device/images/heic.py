"""HEIC pictures, as phones make them: how large they are, and their pixels where a decoder is installed.

ISO/IEC 23008-12 (HEIF) over the boxes of ISO/IEC 14496-12. The decoder is libheif, by the Python package
pi-heif; it is imported in the process that decodes, and nowhere else.
"""

import re

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import ImageError

_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_EXTENT = re.compile(rb"\0\0\0\x14ispe\0{4}(.{4})(.{4})", re.DOTALL)
"""ImageSpatialExtentsProperty (6.5.3.1): width and height of an item, be it a tile or the whole."""


def is_heic(data: bytes) -> bool:
    """Whether a file begins as one does: with its box `ftyp`, of one of the brands of HEVC pictures."""
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS


def heic_size(data: bytes) -> tuple[int, int]:
    """Width and height of the largest picture in it, before it is turned.

    Raises EOFError for one that is cut short, ValueError for one that says no size.
    """
    place = 0
    while place < len(data):
        if place + 8 > len(data):
            raise EOFError
        length = int.from_bytes(data[place : place + 4])
        if length == 1:
            length = int.from_bytes(data[place + 8 : place + 16])
        elif length == 0:
            # The last box goes to the end.
            break
        if length < 8:
            raise ValueError("no box")
        place += length
    if place > len(data):
        raise EOFError
    sizes = [(int.from_bytes(width), int.from_bytes(height)) for width, height in _EXTENT.findall(data)]
    if not sizes or not all(sizes[0]):
        raise ValueError("no size")
    return max(sizes, key=lambda size: size[0] * size[1])


def decode_heic(data: bytes, name: str, reduced: int) -> NDArray[np.uint8]:
    """The pixels, RGB, turned as the phone was held; sides divided by `reduced`. Raises ImageError."""
    try:
        from pi_heif import open_heif
    except ImportError as error:
        raise ImageError("picture_is_heic", name=name) from error
    try:
        picture = open_heif(data, convert_hdr_to_8bit=True)
        # A copy: the decoder's own memory goes with its picture.
        pixels = np.array(picture, np.uint8)[..., :3]
    except Exception as error:
        # Whatever the decoder stumbles over, it is the file's fault.
        raise ImageError("picture_damaged", name=name) from error
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ImageError("picture_damaged", name=name)
    height, width = pixels.shape[:2]
    size = (max(1, width // reduced), max(1, height // reduced))
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA), np.uint8)
