"""A folder of pictures, shown as a camera would: a hand that trembles, and moves on."""

import itertools
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from device.camera.base import Capture, Time, Wishes, show_nobody, to_view
from device.camera.faults import Fault, PlannedFault
from device.errors import CameraError, ImageError, PermanentCameraError
from device.images import RGBImage, find_images, read_image

DWELL_SECONDS = 4.0
TREMOR_PIXELS = 3
FRAME_RATE = 30.0
_SLOW_SECONDS = 0.5


# Faults are planned from here on: a camera that is opened again must not begin the script anew.
_PROGRAM_START = time.monotonic()


class ReplayCamera:
    """Plays the pictures of a folder in the order of their names, over and over, 30 frames a second.

    Each stays for `dwell` seconds and drifts by up to `TREMOR_PIXELS`, as in a hand; `faults`
    is what goes wrong meanwhile. Raises PermanentCameraError when the folder is missing,
    holds no picture, or one is damaged.
    """

    def __init__(
        self,
        folder: Path,
        dwell: float = DWELL_SECONDS,
        faults: Sequence[PlannedFault] = (),
        clock: Time | None = None,
    ) -> None:
        if not folder.is_dir():
            raise PermanentCameraError("no_folder_of_frames", folder=folder)
        self._paths = list(find_images(folder))
        if not self._paths:
            raise PermanentCameraError("no_frames_in_folder", folder=folder)
        self.name = f"replay of {len(self._paths)} pictures"
        self._dwell, self._faults, self._clock = dwell, faults, clock or Time()
        self._start = self._due = self._clock.now()
        self._shown: tuple[int, RGBImage] = (0, self._read(0))
        self._ticks = itertools.count()
        self._suffer()

    def capture(self, large: bool = False) -> Capture:
        """The picture whose turn it is, drifted a little, when its time has come."""
        self._await_turn()
        fault = self._suffer()
        turn = int((self._clock.now() - self._start) / self._dwell) % len(self._paths)
        if turn != self._shown[0]:
            self._shown = (turn, self._read(turn))
        pixels = _spoil(self._drift(self._shown[1]), fault)
        return Capture(to_view(pixels), pixels if large else None, {"source": self._paths[turn].name})

    def adapt(self, wishes: Wishes) -> None:
        """It is asked for frames as often as they are wanted, and has no colours of its own."""

    def prepare(self, light_age: float = 0.0, show: Callable[[Capture], None] = show_nobody) -> None:
        """A picture is as sharp and bright as it is."""

    def release(self) -> None:
        """Nothing was fixed."""

    def close(self) -> None:
        """Nothing to give back."""

    def _await_turn(self) -> None:
        now = self._clock.now()
        self._due = max(self._due + 1 / FRAME_RATE, now)
        self._clock.wait(self._due - now)

    def _suffer(self) -> Fault | None:
        """The fault that is planned for now, if any; some need no more than time, or end the frame."""
        since = self._clock.now() - _PROGRAM_START
        for planned in self._faults:
            left = planned.start + planned.length - since
            if since < planned.start or left <= 0:
                continue
            if planned.fault is Fault.VANISH:
                raise CameraError("camera_gone")
            if planned.fault is Fault.FREEZE:
                self._clock.wait(left)
            elif planned.fault is Fault.SLOW:
                self._clock.wait(_SLOW_SECONDS)
            return planned.fault
        return None

    def _read(self, turn: int) -> RGBImage:
        try:
            return read_image(self._paths[turn])
        except ImageError as error:
            raise PermanentCameraError(error.message) from error

    def _drift(self, picture: RGBImage) -> RGBImage:
        if min(picture.shape[:2]) <= 4 * TREMOR_PIXELS:
            return picture
        tick = next(self._ticks)
        # Two periods without a common divisor: the path takes long to repeat.
        left = round(TREMOR_PIXELS * (1 + math.sin(tick / 15)))
        top = round(TREMOR_PIXELS * (1 + math.sin(tick / 21)))
        margin = 2 * TREMOR_PIXELS
        height, width = picture.shape[:2]
        return np.ascontiguousarray(picture[top : top + height - margin, left : left + width - margin])


def _spoil(picture: RGBImage, fault: Fault | None) -> RGBImage:
    if fault is Fault.DARK:
        return np.zeros_like(picture)
    if fault is Fault.GARBAGE:
        return np.random.default_rng().integers(0, 256, picture.shape, np.uint8)
    return picture
