"""What the head of a JPEG file says, without decoding it: ITU-T T.81, annex B."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

_START = b"\xff\xd8"
_BASELINE = 0xC0
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 without DHT, JPG and DAC."""
_SCAN = 0xDA


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


def read_head(data: bytes) -> Head | None:
    """The head of a JPEG file's bytes; None when that can't be read."""
    return _read(BytesIO(data))


def jpeg_size(path: Path) -> tuple[int, int] | None:
    """Width and height of a JPEG file in pixels; None when that can't be read."""
    try:
        with path.open("rb") as file:
            head = _read(file)
    except OSError:
        return None
    return (head.width, head.height) if head else None


def _read(file: BinaryIO) -> Head | None:
    if file.read(2) != _START:
        return None
    while len(start := file.read(4)) == 4 and start[0] == 0xFF:
        marker, length = start[1], int.from_bytes(start[2:])
        segment = file.read(length - 2) if length >= 2 else b""
        if marker == _SCAN or len(segment) != length - 2:
            return None
        if marker in _FRAMES:
            return _frame(marker, segment)
    return None


def _frame(marker: int, segment: bytes) -> Head | None:
    if len(segment) < 6 or len(segment) != 6 + 3 * segment[5] or not segment[5]:
        return None
    height, width = int.from_bytes(segment[1:3]), int.from_bytes(segment[3:5])
    if not (height and width):
        return None
    factors = {segment[6 + 3 * colour + 1] for colour in range(segment[5])}
    baseline = marker == _BASELINE and segment[0] == 8
    return Head(width, height, segment[5], len(factors) > 1, baseline)
