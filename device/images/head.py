"""What a picture file says of itself, undecoded: JPEG (ITU-T T.81, annex B) and PNG (W3C PNG, 5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device.errors import ImageError
from device.images.heic import heic_size, is_heic

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_BASELINE = 0xC0
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 without DHT, JPG and DAC."""
_SCAN, _END, _LONE = 0xDA, 0xD9, frozenset({0x01, *range(0xD0, 0xD8)})
"""SOS, EOI, and the markers without a length: TEM, RST0 to RST7."""
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
"""What ends the coded data of a scan: a marker that is no RST, and no 0xFF of the data itself."""
_MOST_HEAD_BYTES = 1 << 20
"""The frame of a JPEG file comes behind its metadata, each of at most 64 KiB."""


@dataclass(frozen=True)
class Head:
    """Width and height in pixels, the number of colours, and whether some have fewer pixels.

    `baseline` is true of the sequential DCT with 8 bits and Huffman codes.
    """

    width: int
    height: int
    colours: int
    subsampled: bool
    baseline: bool


def check_picture(data: bytes, name: str, most_pixels: int) -> None:
    """Raise ImageError, naming `name`, unless these bytes are a whole picture, not too large."""
    width, height = picture_size(data, name)
    if width * height > most_pixels:
        raise ImageError(
            "picture_too_large", name=name, width=width, height=height, most=round(most_pixels / 1e6)
        )


def picture_size(data: bytes, name: str) -> tuple[int, int]:
    """Width and height in pixels. Raises ImageError unless these are a whole JPEG, PNG or HEIC picture.

    What lies behind the picture's end is passed over: phones put videos and notes there.
    """
    try:
        if data.startswith(_JPEG):
            return _check_jpeg(data)
        if data.startswith(_PNG):
            return _check_png(data)
        if is_heic(data):
            return heic_size(data)
    except EOFError as error:
        raise ImageError("picture_truncated", name=name) from error
    except ValueError as error:
        raise ImageError("picture_damaged", name=name) from error
    raise ImageError("no_picture", name=name)


def is_jpeg(data: bytes, most_pixels: int) -> bool:
    """Whether these bytes are a whole JPEG picture, not too large."""
    try:
        check_picture(data, "", most_pixels)
    except ImageError:
        return False
    return data.startswith(_JPEG)


def read_head(data: bytes) -> Head | None:
    """The head of a JPEG file's bytes; None when that can't be read."""
    try:
        if not data.startswith(_JPEG):
            return None
        for marker, start, end in _segments(data):
            if marker in _FRAMES:
                return _frame(marker, data[start:end])
            if marker == _SCAN:
                return None
    except (EOFError, ValueError):
        pass
    return None


def jpeg_size(path: Path) -> tuple[int, int] | None:
    """Width and height of a JPEG file in pixels; None when that can't be read."""
    try:
        with path.open("rb") as file:
            head = read_head(file.read(_MOST_HEAD_BYTES))
    except OSError:
        return None
    return (head.width, head.height) if head else None


def _check_jpeg(data: bytes) -> tuple[int, int]:
    head = None
    for marker, start, end in _segments(data):
        if marker in _FRAMES:
            head = _frame(marker, data[start:end])
        elif marker == _END:
            break
    if head is None:
        raise ValueError("no frame")
    return head.width, head.height


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, begin and end of what follows it, up to the end of the picture.

    Raises ValueError where no marker stands, EOFError where the file ends before the picture does.
    """
    place = len(_JPEG)
    while True:
        while data[place : place + 2] == b"\xff\xff":
            # Fill bytes.
            place += 1
        if place + 2 > len(data):
            raise EOFError
        if data[place] != 0xFF:
            raise ValueError("no marker")
        marker, start = data[place + 1], place + 2
        if marker == _END:
            yield marker, start, start
            return
        end = start
        if marker not in _LONE:
            length = int.from_bytes(data[start : start + 2])
            if start + 2 > len(data) or start + length > len(data):
                raise EOFError
            if length < 2:
                raise ValueError("no length")
            start, end = start + 2, start + length
        yield marker, start, end
        place = end
        if marker == _SCAN:
            found = _MARKER.search(data, end)
            if found is None:
                raise EOFError
            place = found.start()


def _frame(marker: int, segment: bytes) -> Head:
    if len(segment) < 6 or len(segment) != 6 + 3 * segment[5] or not segment[5]:
        raise ValueError("no frame")
    height, width = int.from_bytes(segment[1:3]), int.from_bytes(segment[3:5])
    if not (height and width):
        raise ValueError("no pixels")
    factors = {segment[6 + 3 * colour + 1] for colour in range(segment[5])}
    baseline = marker == _BASELINE and segment[0] == 8
    return Head(width, height, segment[5], len(factors) > 1, baseline)


def _check_png(data: bytes) -> tuple[int, int]:
    place, size = len(_PNG), None
    while True:
        if place + 12 > len(data):
            raise EOFError
        length, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        if place + 12 + length > len(data):
            raise EOFError
        if size is None:
            if kind != b"IHDR" or length != 13:
                raise ValueError("no header")
            size = int.from_bytes(data[place + 8 : place + 12]), int.from_bytes(data[place + 12 : place + 16])
            if not all(size):
                raise ValueError("no pixels")
        elif kind == b"IEND":
            return size
        place += 12 + length
