"""Picamera2 on libcamera's virtual camera, which plays pictures from a folder: no Pi, no sensor.

`picamera2/__init__.py` of the box's package ends with an import of `VirtualPicamera2` as `Picamera2`; all of
Picamera2 but what stands here is the real one. What differs from a camera module: pictures come as NV12 alone
(converted here to what was asked for), memory comes from memfd instead of the kernel's DMA heap, and there is
no exposure, gain, white balance or focus.
"""

import mmap
import os
import time
from pathlib import Path
from typing import Any

import libcamera
import numpy as np
from picamera2 import picamera2
from picamera2.allocators.allocator import Allocator, Sync

FROZEN = Path("/run/box/frozen")
"""While this file is there the camera hangs, as a wedged driver does."""

FRAME_SECONDS = 1 / 30


class _NoSync(Sync):
    """Plain memory needs no cache handling; the buffer is mapped already."""

    def __init__(self, allocator: "MemoryAllocator", fb: Any, write: bool) -> None:
        self._mapped = allocator.mapped_buffers[fb]

    def __enter__(self) -> mmap.mmap:
        return self._mapped

    def __exit__(self, *_: object) -> None:
        pass


def _born_well(planes: list[Any]) -> Any:
    """A buffer whose frames count as good ones.

    libcamera 0.4's virtual camera never writes a frame's status: what the memory held before stays there, and
    Picamera2 drops every frame that isn't called a success. So buffers are made until one has the right word.
    """
    wrong = []
    for _ in range(10_000):
        buffer = libcamera.FrameBuffer(planes)
        if buffer.metadata.status == libcamera.FrameMetadata.Status.Success:
            return buffer
        # Kept until the end, or the next one would lie in the same place.
        wrong.append(buffer)
    raise RuntimeError("no buffer of the virtual camera begins with a success")


class MemoryAllocator(Allocator):
    """Luma and chroma as two planes of one piece of memory each; with one plane libcamera gives up."""

    def __init__(self) -> None:
        super().__init__()
        self.sync = _NoSync
        self.mapped_buffers: dict[Any, mmap.mmap] = {}
        self._buffers: dict[Any, list[Any]] = {}
        self._open: list[int] = []

    def allocate(self, libcamera_config: Any, _: Any) -> None:
        self.close()
        for stream in libcamera_config:
            self._buffers[stream.stream] = [self._allocate(stream) for _ in range(stream.buffer_count)]

    def _allocate(self, stream: Any) -> Any:
        memory = os.memfd_create("frame")
        os.ftruncate(memory, stream.frame_size)
        self._open.append(memory)
        luma, chroma = libcamera.FrameBuffer.Plane(), libcamera.FrameBuffer.Plane()
        luma_bytes = stream.stride * stream.size.height
        luma.fd, luma.offset, luma.length = memory, 0, luma_bytes
        chroma.fd, chroma.offset, chroma.length = memory, luma_bytes, stream.frame_size - luma_bytes
        buffer = _born_well([luma, chroma])
        self.mapped_buffers[buffer] = mmap.mmap(memory, stream.frame_size)
        return buffer

    def buffers(self, stream: Any) -> list[Any]:
        return self._buffers[stream]

    def close(self) -> None:
        self.mapped_buffers, self._buffers = {}, {}
        while self._open:
            os.close(self._open.pop())


# Picamera2 makes one at its start and another whenever it is closed.
picamera2.DmaAllocator = MemoryAllocator


class VirtualPicamera2(picamera2.Picamera2):
    """The virtual camera, in the formats and at the pace of a camera module."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._frame_due = time.monotonic()
        super().__init__(*args, **kwargs)
        self.helpers._make_array_shared = self._convert

    def _get_raw_modes(self) -> list[dict[str, Any]]:
        # The virtual camera has no raw stream to ask for its modes.
        return [{"format": "NV12", "size": (2028, 1520)}]

    @property
    def sensor_modes(self) -> list[dict[str, Any]]:
        """As those of a camera module."""
        return [{"size": (2028, 1520), "crop_limits": (0, 0, 2028, 1520)}]

    def configure(self, camera_config: Any = "preview") -> None:
        """Let libcamera have its NV12, and show to the program what it asked for."""
        if isinstance(camera_config, str) or camera_config is None:
            raise RuntimeError("the box knows configurations that were created, not named ones")
        asked = {name: dict(camera_config[name]) for name in ("main", "lores") if camera_config[name]}
        camera_config["raw"] = camera_config["sensor"] = None
        super().configure(camera_config)
        for name, stream in asked.items():
            given = self.camera_config[name]
            if tuple(given["size"]) != tuple(stream["size"]):
                raise RuntimeError(f"the virtual camera has {given['size']}, not {stream['size']}")
            given["format"] = stream["format"]
        # Its luma and chroma are full range (JFIF), whatever it says of them.
        self.camera_config["colour_space"] = libcamera.ColorSpace.Sycc()

    def process_requests(self, display: Any) -> None:
        """Hand a frame on when a sensor would have one; the virtual camera is at it without a pause."""
        while FROZEN.exists():
            time.sleep(0.1)
        self._frame_due = max(self._frame_due + FRAME_SECONDS, time.monotonic())
        time.sleep(max(0.0, self._frame_due - time.monotonic()))
        super().process_requests(display)

    @staticmethod
    def _convert(buffer: Any, config: dict[str, Any]) -> np.ndarray:
        """The picture in the format that `config` names."""
        # OpenCV is the program's; listing the cameras must do without.
        import cv2

        (width, height), stride = config["size"], config["stride"]
        rows = np.frombuffer(buffer, np.uint8).reshape(height * 3 // 2, stride)
        luma, chroma = rows[:height, :width], rows[height:, :width].reshape(height // 2, width // 2, 2)
        if config["format"] == "YUV420":
            planes = [luma.reshape(-1), chroma[..., 0].reshape(-1), chroma[..., 1].reshape(-1)]
            return np.concatenate(planes).reshape(height * 3 // 2, width)
        # The virtual camera's luma and chroma are full range (JFIF), which YCrCb of OpenCV is too.
        wide = cv2.resize(chroma[..., ::-1], (width, height), interpolation=cv2.INTER_LINEAR)
        ycrcb = np.dstack([luma, wide])
        # Picamera2 names formats by their bytes in a word: BGR888 is red first in an array.
        conversions = {"BGR888": cv2.COLOR_YCrCb2RGB, "RGB888": cv2.COLOR_YCrCb2BGR}
        return cv2.cvtColor(ycrcb, conversions[config["format"]])
