"""Decodes pictures from elsewhere in a process of its own, whose memory and time are bounded.

A picture file is small and may unfold to gigabytes, or meet a fault of the decoder: both then end that
process, and the caller goes on with a sentence.
"""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from struct import Struct

import numpy as np

from device.errors import ImageError
from device.images import MOST_PIXELS, RGBImage, printable, read_file
from device.images.head import check_picture

REQUEST = Struct(">QB")
"""How many bytes the picture's file has, which follow, and by what its width and height are divided."""
ANSWER = Struct(">II")
"""Height and width, whose pixels follow; or zero, and how many bytes the sentence has that follows."""

PICTURE_SECONDS = 30.0
"""A Pi Zero 2 W decodes 12 million pixels in about a second."""
IDLE_SECONDS = 30.0
"""Its memory is given back after this time without a picture."""


class Decoder:
    """Reads pictures of at most `most_pixels`; its process starts with the first, and anew after a fault.

    Threads may share it; they then wait for each other.
    """

    def __init__(self, most_pixels: int = MOST_PIXELS) -> None:
        self._most_pixels, self._lock = most_pixels, threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, path: Path, reduced: int = 1) -> RGBImage:
        """The pixels of a file. Raises ImageError, naming it, as `decode` does and when it can't be read."""
        return self.decode(read_file(path), printable(path), reduced)

    def decode(self, data: bytes, name: str, reduced: int = 1) -> RGBImage:
        """The pixels of a JPEG, PNG or HEIC file's bytes, its sides divided by `reduced` (1, 2, 4 or 8).

        `name` stands in the error's message. Raises ImageError when the bytes are no picture, are cut
        short or damaged, have too many pixels, or take too long or too much memory.
        """
        check_picture(data, name, self._most_pixels)
        with self._lock:
            self._rest()
            if self._process and self._process.poll() is not None:
                # The kernel took its memory back.
                self._end()
            process = self._process or self._start()
            overdue = threading.Timer(PICTURE_SECONDS, process.kill)
            overdue.start()
            try:
                return _ask(process, data, name, reduced)
            except (OSError, EOFError) as error:
                self._end()
                raise ImageError("picture_takes_too_much", name=name) from error
            finally:
                overdue.cancel()
                self._wait_for_more()

    def close(self) -> None:
        """End the process; the next picture starts another."""
        with self._lock:
            self._rest()
            self._end()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-P", "-m", "device.images.worker", str(self._most_pixels)]
        # Threads of a library would each have memory of their own.
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment
            )
        except OSError as error:
            raise ImageError("no_picture_decodable", error=error) from error
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            with suppress(OSError), process:
                pass

    def _rest(self) -> None:
        if self._idle:
            self._idle.cancel()
        self._idle = None

    def _wait_for_more(self) -> None:
        if self._process:
            self._idle = threading.Timer(IDLE_SECONDS, self.close)
            self._idle.daemon = True
            self._idle.start()


def _ask(process: "subprocess.Popen[bytes]", data: bytes, name: str, reduced: int) -> RGBImage:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(REQUEST.pack(len(data), reduced))
    process.stdin.write(data)
    process.stdin.flush()
    height, width = ANSWER.unpack(_exactly(process, ANSWER.size))
    if not height:
        raise ImageError(_exactly(process, width).decode(), name=name)
    pixels = np.empty((height, width, 3), np.uint8)
    room = pixels.data.cast("B")
    while room:
        count = process.stdout.readinto(room)  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        room = room[count:]
    return pixels


def _exactly(process: "subprocess.Popen[bytes]", count: int) -> bytes:
    assert process.stdout is not None
    data = process.stdout.read(count)
    if len(data) < count:
        raise EOFError
    return data
