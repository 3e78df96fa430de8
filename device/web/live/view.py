"""The live view: the newest frame as JPEG, encoded once for all who look and only when someone does."""

import threading
from collections.abc import Callable
from http import HTTPStatus

import cv2
import numpy as np
from flask import Flask, Response, current_app, request

from device.access import Role
from device.access.actions import Action
from device.errors import CameraError
from device.examination import Frame
from device.images import encode_jpeg
from device.optics import Optics
from device.web.routing import Room
from device.web.services import services

WIDTH = 640
QUALITY = 80
PATIENCE_SECONDS = 5.0
_EXTENSION = "live"


class _Encoder:
    """Remembers the last frame's JPEG."""

    def __init__(self, optics: Callable[[], Optics]) -> None:
        self._optics = optics
        self._lock = threading.Lock()
        self._sequence = -1
        self._jpeg = b""

    def encode(self, frame: Frame) -> bytes:
        with self._lock:
            if frame.sequence != self._sequence:
                height, width = frame.pixels.shape[:2]
                size = (min(WIDTH, width), max(1, round(min(WIDTH, width) * height / width)))
                small = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
                shown = self._optics().correct(np.asarray(small, np.uint8))
                self._jpeg, self._sequence = encode_jpeg(shown, QUALITY), frame.sequence
            return self._jpeg


room = Room("live", __name__)


def install(app: Flask, optics: Callable[[], Optics]) -> None:
    """Let the live view of `app` be corrected with the calibration that `optics` gives."""
    app.extensions[_EXTENSION] = _Encoder(optics)


@room.get("/live.jpg", role=Role.VIEWER, audit=Action.WATCHED_LIVE)
def newest() -> Response:
    """The newest frame with a number above `after`, which `X-Frame-Sequence` tells, as JPEG.

    It is corrected with the calibration in force.
    """
    ring = services().ring
    after = request.args.get("after", -1, type=int)
    if not services().aiming():
        # At rest views are coarse, and so may be the one under way.
        after = max(after, ring.newest_sequence + 1)
    encoder: _Encoder = current_app.extensions[_EXTENSION]
    frame = ring.newer_than(after, PATIENCE_SECONDS)
    if frame is None:
        if ring.fault:
            raise CameraError(ring.fault)
        return Response(status=HTTPStatus.NO_CONTENT)
    return Response(
        encoder.encode(frame), mimetype="image/jpeg", headers={"X-Frame-Sequence": str(frame.sequence)}
    )
