"""Keeps a camera running: opens it, publishes what it sees, takes bursts, and opens it when it fails."""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from device.camera.base import Camera, Capture, Wishes
from device.camera.ring import FrameRing
from device.errors import CameraError, PermanentCameraError
from device.examination import Frame
from device.images import RGBImage
from device.message import Message
from device.words import say

FIRST_WAIT, LONGEST_WAIT = 2.0, 20.0
"""Seconds before a failed camera is tried again: doubled from the first to the longest."""

CAPTURE_LIMIT, PREPARE_LIMIT, OPEN_LIMIT = 2.5, 2.5, 15.0
"""Seconds that a call of the driver may take, `prepare` from frame to frame; what takes longer hangs."""

BURST_LIMIT = 12.0
"""Seconds until the first frame of a burst, with all that may have to settle before."""

_GLANCE = 0.2
_STOP_LIMIT = 0.1

log = logging.getLogger(__name__)


@dataclass
class _Burst:
    """A wish for frames, and where they go."""

    count: int
    anew: bool
    answers: queue.Queue[Frame | CameraError] = field(default_factory=queue.Queue)


class Light(Protocol):
    """The light that a burst is taken in."""

    @property
    def age(self) -> float:
        """For how many seconds it has been as bright as it is."""

    def on_for_burst(self) -> AbstractContextManager[None]:
        """As bright as a burst needs it, as long as the context is open."""


class SteadyLight:
    """The light of a room, that nobody switches."""

    age = math.inf

    def on_for_burst(self) -> AbstractContextManager[None]:
        """It is on."""
        return nullcontext()


class CameraRunner:
    """Publishes a camera's views into `ring`, and takes bursts of large frames in `light`.

    `open_camera` makes each camera, the first one too. `wishes` says, by a camera's name, what is asked of
    it now and how many views a second; `watch` sees each. A driver that hangs is told once to `on_hang`
    and then left alone: nothing can wake it, and waiting for it would hang too.
    """

    def __init__(
        self,
        open_camera: Callable[[], Camera],
        ring: FrameRing,
        wishes: Callable[[str], Wishes],
        light: Light | None = None,
        watch: Callable[[RGBImage], None] = lambda view: None,
        on_hang: Callable[[Message], None] = lambda fault: log.error("%s", say(fault)),
    ) -> None:
        self._open, self._ring, self._wishes, self._on_hang = open_camera, ring, wishes, on_hang
        self._light, self._watch_view = light or SteadyLight(), watch
        self._bursts: queue.Queue[_Burst] = queue.Queue(maxsize=1)
        self._stopping = threading.Event()
        self._call_ends: float | None = None
        self._sequence = 0
        self._wait = FIRST_WAIT
        self._threads = [
            threading.Thread(target=self._run, name="camera", daemon=True),
            threading.Thread(target=self._watch, name="camera watch", daemon=True),
        ]

    def start(self) -> None:
        """Begin to publish."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop after the frame under way, or leave it behind when that takes too long."""
        self._stopping.set()
        give_up = time.monotonic() + _STOP_LIMIT
        for thread in self._threads:
            thread.join(timeout=max(0.0, give_up - time.monotonic()))

    def burst(self, count: int, anew: bool = False) -> Iterator[Frame]:
        """`count` large frames as they come: lit, focused, with exposure and white balance held.

        With `anew` exposure and focus are found once more, even where they seem to be settled. Raises
        CameraError when the camera gives no frames, and while another burst is taken.
        """
        if self._ring.fault:
            raise CameraError(self._ring.fault)
        with self._light.on_for_burst():
            yield from self._ask_for(_Burst(count, anew))

    def _ask_for(self, wish: _Burst) -> Iterator[Frame]:
        try:
            self._bursts.put_nowait(wish)
        except queue.Full as error:
            raise CameraError("burst_under_way") from error
        for _ in range(wish.count):
            try:
                answer = wish.answers.get(timeout=BURST_LIMIT)
            except queue.Empty as error:
                raise CameraError(self._ring.fault or Message("no_frame")) from error
            if isinstance(answer, CameraError):
                raise answer
            yield answer

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._driver(OPEN_LIMIT):
                    camera = self._open()
                self._ring.camera = camera.name
                self._serve(camera)
            except PermanentCameraError as error:
                log.error("camera: %s", error)
                self._fail(error)
                return
            except CameraError as error:
                log.warning("camera: %s; trying again in %.0f s", error, self._wait)
                self._pause(error)
            except Exception as error:
                # A driver may raise anything; without this thread there would be no camera any more.
                log.exception("camera: trying again in %.0f s", self._wait)
                self._pause(CameraError("camera_failed", error=error))

    def _serve(self, camera: Camera) -> None:
        due = time.monotonic()
        try:
            while not self._stopping.is_set():
                wishes = self._wishes(camera.name)
                camera.adapt(wishes)
                self._publish(camera)
                due = max(due + 1 / wishes.rate, time.monotonic())
                try:
                    self._take(camera, self._bursts.get(timeout=max(0.0, due - time.monotonic())))
                except queue.Empty:
                    continue
        finally:
            camera.close()

    def _take(self, camera: Camera, wish: _Burst) -> None:
        try:
            self._prepare(camera, 0.0 if wish.anew else self._light.age)
            for _ in range(wish.count):
                wish.answers.put(self._publish(camera, large=True))
            camera.release()
        except CameraError as error:
            wish.answers.put(error)
            raise
        except Exception as error:
            # Whoever waits for the burst is answered; what becomes of the camera is decided in `_run`.
            wish.answers.put(CameraError("camera_failed", error=error))
            raise

    def _prepare(self, camera: Camera, light_age: float) -> None:
        """Settle and hold; the frames that pass meanwhile are published, and show that the driver lives."""

        def show(capture: Capture) -> None:
            self._call_ends = time.monotonic() + PREPARE_LIMIT
            self._show(capture)

        with self._driver(PREPARE_LIMIT):
            camera.prepare(light_age, show)

    def _publish(self, camera: Camera, large: bool = False) -> Frame:
        """The next frame, whose view the ring gets."""
        with self._driver(CAPTURE_LIMIT):
            capture = camera.capture(large)
        now = self._show(capture)
        pixels = capture.view if capture.pixels is None else capture.pixels
        return Frame(pixels, now, self._sequence, capture.metadata)

    def _show(self, capture: Capture) -> datetime:
        """Publish a view, and say when it came."""
        now, self._sequence = datetime.now(UTC), self._sequence + 1
        self._ring.publish(Frame(capture.view, now, self._sequence, capture.metadata))
        self._watch_view(capture.view)
        self._wait = FIRST_WAIT
        return now

    def _pause(self, error: CameraError) -> None:
        self._fail(error)
        self._stopping.wait(self._wait)
        self._wait = min(2 * self._wait, LONGEST_WAIT)

    def _fail(self, error: CameraError) -> None:
        self._ring.fail(error.message)
        try:
            self._bursts.get_nowait().answers.put(error)
        except queue.Empty:
            return

    @contextmanager
    def _driver(self, limit: float) -> Iterator[None]:
        """Around every call that a driver may never come back from."""
        self._call_ends = time.monotonic() + limit
        try:
            yield
        finally:
            self._call_ends = None

    def _watch(self) -> None:
        while not self._stopping.wait(_GLANCE):
            ends = self._call_ends
            if ends is not None and time.monotonic() > ends:
                fault = Message("camera_hangs")
                self._ring.fail(fault)
                self._on_hang(fault)
                return
