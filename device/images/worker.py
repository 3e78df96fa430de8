"""The process of a `Decoder`: reads pictures' files from its standard input, and writes their pixels.

What it may take is bounded before the first byte of a picture comes in. It writes to no file.
"""

import sys

import cv2

from device.errors import ImageError
from device.images import decode_image
from device.images.decoder import ANSWER, REQUEST
from device.service.confine import confine

_BYTES_A_PIXEL = 12
"""Three for the picture, three for its turned copy, and six for a progressive JPEG's coefficients."""
_ROOM_BESIDE = 192 << 20
"""Bytes for the picture's file itself, which comes in whole, and for small things."""


def main() -> int:
    """Answer until standard input ends."""
    cv2.setNumThreads(1)
    confine(int(sys.argv[1]) * _BYTES_A_PIXEL + _ROOM_BESIDE)
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    while len(head := stdin.read(REQUEST.size)) == REQUEST.size:
        size, reduced = REQUEST.unpack(head)
        data = stdin.read(size)
        try:
            pixels = decode_image(data, "picture", sys.maxsize, reduced)
        except ImageError as error:
            # Its name and how many pixels may be is known where it was asked for.
            code = error.message.code.encode()
            stdout.write(ANSWER.pack(0, len(code)) + code)
        else:
            stdout.write(ANSWER.pack(*pixels.shape[:2]))
            stdout.write(pixels.data.cast("B"))
            del pixels
        stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
