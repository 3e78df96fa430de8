"""Whether someone aims: then there is light and the camera is quick, else both rest."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray

from device.images import RGBImage
from device.panel.ring_light import RingLight

LOOK_SECONDS = 1.0
"""How often it is looked whether nobody aims any more."""

BLIND_SECONDS = 10.0
"""After the light went down exposure moves, which is no movement of the hand."""

_THUMBNAIL = (16, 12)
_MOVED = 4.0
"""Grey levels, in the mean over the picture: ten times what noise makes of it in the dark."""


class Aiming:
    """Someone aims for `seconds` after a press, a look at the live view, or a movement of what is seen.

    It begins so: a device that was just switched on is about to be used. For a burst it is the light, too.
    """

    def __init__(self, light: RingLight, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._light, self._seconds, self._clock = light, seconds, clock
        self._lock = threading.Lock()
        self._thumbnail: NDArray[np.uint8] | None = None
        self._rests_since = 0.0
        self._active = False
        self._noted_at = clock()
        self.note()

    @property
    def active(self) -> bool:
        """Whether someone aims."""
        return self._active

    @property
    def age(self) -> float:
        """For how many seconds the light has been as bright as it is."""
        return self._light.age

    @contextmanager
    def on_for_burst(self) -> Iterator[None]:
        """The light is on as long as the context is open, and someone aims from now on."""
        with self._light.on_for_burst():
            self.note()
            yield

    def note(self) -> bool:
        """Someone has pressed, looked or moved; whether someone aimed before."""
        with self._lock:
            was_active, self._noted_at = self._active, self._clock()
            if not was_active:
                self._active, self._thumbnail = True, None
                self._light.aim(True)
            return was_active

    def look(self) -> None:
        """Look whether that is long ago; call it now and then."""
        with self._lock:
            now = self._clock()
            if self._active and now - self._noted_at >= self._seconds:
                self._active, self._rests_since = False, now
                self._light.aim(False)

    def watch(self, view: RGBImage) -> None:
        """See whether something moves in the views, as long as nobody aims."""
        if self._active or self._clock() - self._rests_since < BLIND_SECONDS:
            return
        small = cv2.resize(view, _THUMBNAIL, interpolation=cv2.INTER_AREA)
        before, self._thumbnail = self._thumbnail, np.asarray(small, np.uint8)
        if before is not None and float(cv2.absdiff(before, small).mean()) > _MOVED:
            self.note()
