"""The newest frames, for any number of readers; none can hold up the camera."""

import threading
from collections import deque

from device.errors import CameraError
from device.examination import Frame
from device.message import Message

FRESH_SECONDS = 2.0


class FrameRing:
    """Keeps the latest few frames; readers take the newest and miss what they are too slow for."""

    def __init__(self, size: int = 2) -> None:
        self.camera = ""
        """The name of the camera that they come from; empty until one was opened."""
        self._frames: deque[Frame] = deque(maxlen=size)
        self._arrived = threading.Condition()
        self._fault: Message | None = None

    def publish(self, frame: Frame) -> None:
        """Add a frame and wake who waits for one."""
        with self._arrived:
            self._frames.append(frame)
            self._fault = None
            self._arrived.notify_all()

    def fail(self, fault: Message) -> None:
        """The camera gives no frames; the old ones are no longer true."""
        with self._arrived:
            self._frames.clear()
            self._fault = fault
            self._arrived.notify_all()

    @property
    def fault(self) -> Message | None:
        """Why there are no frames; None when there are."""
        return self._fault

    @property
    def newest_sequence(self) -> int:
        """The number of the newest frame, -1 without one."""
        with self._arrived:
            return self._newest_sequence()

    def newer_than(self, sequence: int, timeout: float) -> Frame | None:
        """The newest frame once its number is above `sequence`; None after `timeout` seconds without one."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._newest_sequence() > sequence or bool(self._fault), timeout)
            if self._fault or self._newest_sequence() <= sequence:
                return None
            return self._frames[-1]

    def newest(self, timeout: float = FRESH_SECONDS) -> Frame:
        """The newest frame; waits up to `timeout` seconds for the first. Raises CameraError without one."""
        frame = self.newer_than(-1, timeout)
        if frame is None:
            raise CameraError(self._fault or Message("no_frame_for", seconds=timeout))
        return frame

    def _newest_sequence(self) -> int:
        return self._frames[-1].sequence if self._frames else -1
