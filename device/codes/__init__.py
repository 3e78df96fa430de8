"""Reads the QR code or barcode of a person from what the camera sees, in a process of its own.

Only while somebody asks for it, and one at a time: a press has the camera and the cores first. What a code
says is a stranger's text, and OpenCV's readers have met pictures that ended them; so it is their process
that ends, and not the daemon.
"""

import os
import subprocess
import sys
import threading
import time
import unicodedata

import cv2
import numpy as np

from device.camera.ring import FrameRing
from device.codes.frames import HEIGHT, LENGTH, LONGEST_CODE, WIDTH
from device.errors import BusyError, CodeError
from device.images import RGBImage

SECONDS = 10.0
"""How long a code is looked for."""

_PAUSE_SECONDS = 0.2


class CodeReader:
    """Reads codes from the newest frames of `ring`, each for at most `seconds`."""

    def __init__(self, ring: FrameRing, seconds: float = SECONDS) -> None:
        self._ring, self.seconds, self._reading = ring, seconds, threading.Lock()

    def read(self) -> str:
        """The text of the first code that comes into view: printable, at most `LONGEST_CODE` bytes of UTF-8.

        Raises CodeError when none came in time, BusyError while somebody else reads one, and CameraError
        without a camera.
        """
        if not self._reading.acquire(blocking=False):
            raise BusyError("code_being_read")
        try:
            return self._read(time.monotonic() + self.seconds)
        finally:
            self._reading.release()

    def _read(self, until: float) -> str:
        frame = self._ring.newest()
        with _start() as reader:
            # A frame that the reader hangs over must not hold whoever asks.
            overdue = threading.Timer(max(0.0, until - time.monotonic()), reader.kill)
            overdue.start()
            try:
                while not (text := _ask(reader, frame.pixels)):
                    time.sleep(_PAUSE_SECONDS)
                    newer = self._ring.newer_than(frame.sequence, until - time.monotonic())
                    if newer is None:
                        raise CodeError("no_code_seen")
                    frame = newer
                return text
            except (OSError, EOFError) as error:
                raise CodeError("no_code_seen") from error
            finally:
                overdue.cancel()
                reader.kill()


def _start() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "device.codes.worker"]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment, bufsize=0
        )
    except OSError as error:
        raise CodeError("no_code_reader", error=error) from error


def _ask(reader: "subprocess.Popen[bytes]", view: RGBImage) -> str:
    """What a code in the view says; empty: there is none."""
    assert reader.stdin is not None
    assert reader.stdout is not None
    grey = cv2.resize(cv2.cvtColor(view, cv2.COLOR_RGB2GRAY), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    waiting = memoryview(np.asarray(grey, np.uint8).data).cast("B")
    while waiting:
        waiting = waiting[reader.stdin.write(waiting) or 0 :]
    size = LENGTH.unpack(_exactly(reader, LENGTH.size))[0]
    text = _exactly(reader, size).decode(errors="replace")
    return "".join(each for each in text if unicodedata.category(each)[0] != "C").strip()


def _exactly(reader: "subprocess.Popen[bytes]", count: int) -> bytes:
    assert reader.stdout is not None
    data = b""
    while len(data) < count:
        more = reader.stdout.read(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


__all__ = ["LONGEST_CODE", "SECONDS", "CodeReader"]
