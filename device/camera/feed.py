"""The thread that fills the ring."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from device.camera.base import Camera
from device.camera.ring import FrameRing
from device.errors import CameraError
from device.examination import Frame

FIRST_WAIT, LONGEST_WAIT = 2.0, 20.0
"""Seconds before a failed camera is tried again: doubled from the first to the longest."""

log = logging.getLogger(__name__)


class CameraFeed:
    """Publishes a camera's frames at `rate` a second, and opens the camera again when it fails.

    `first` is the camera to begin with; `open_camera` makes the next one.
    """

    def __init__(
        self, first: Camera, open_camera: Callable[[], Camera], ring: FrameRing, rate: float
    ) -> None:
        self._camera: Camera | None = first
        self._open, self._ring, self._period = open_camera, ring, 1 / rate
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._sequence = 0
        self._wait = FIRST_WAIT

    def start(self) -> None:
        """Begin to publish."""
        self._thread.start()

    def stop(self) -> None:
        """Stop at the next frame. A camera that hangs is left behind, since closing it would hang too."""
        self._stopping.set()
        self._thread.join(timeout=1.0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                camera, self._camera = self._camera or self._open(), None
                self._publish_frames(camera)
            except CameraError as error:
                log.warning("camera: %s", error)
                self._ring.fail(str(error))
                self._stopping.wait(self._wait)
                self._wait = min(2 * self._wait, LONGEST_WAIT)

    def _publish_frames(self, camera: Camera) -> None:
        due = time.monotonic()
        try:
            while not self._stopping.is_set():
                pixels, metadata = camera.capture()
                self._ring.publish(Frame(pixels, datetime.now(UTC), self._sequence, metadata))
                self._sequence += 1
                self._wait = FIRST_WAIT
                due = max(due + self._period, time.monotonic())
                self._stopping.wait(due - time.monotonic())
        finally:
            camera.close()
