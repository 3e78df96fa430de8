"""The process of a `CodeReader`: takes grey frames from standard input, and writes what their codes say."""

import sys

import cv2
import numpy as np

from device.codes.frames import HEIGHT, LENGTH, LONGEST_CODE, WIDTH
from device.service.confine import confine

_MEMORY = 256 << 20
"""Bytes beside the program itself."""


def main() -> int:
    """Answer until standard input ends."""
    cv2.setNumThreads(1)
    confine(_MEMORY)
    readers = cv2.QRCodeDetector(), cv2.barcode.BarcodeDetector()
    while len(data := sys.stdin.buffer.read(WIDTH * HEIGHT)) == WIDTH * HEIGHT:
        frame = np.frombuffer(data, np.uint8).reshape(HEIGHT, WIDTH)
        # Bars that fill the view are found in a smaller one.
        views = frame, cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        found = next(filter(None, (_read(reader, view) for view in views for reader in readers)), b"")
        sys.stdout.buffer.write(LENGTH.pack(len(found)) + found)
        sys.stdout.buffer.flush()
    return 0


def _read(reader: cv2.QRCodeDetector | cv2.barcode.BarcodeDetector, view: cv2.typing.MatLike) -> bytes:
    try:
        text = reader.detectAndDecode(view)[0]
        found = text.encode()
    except (cv2.error, UnicodeError):
        # What looked like a code was none, or is of no text.
        return b""
    return found if len(found) <= LONGEST_CODE else b""


if __name__ == "__main__":
    sys.exit(main())
