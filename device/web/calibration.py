"""Calibration for programs: see it, make it with the camera in use, undo it."""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import abort, request

from device.access import Role
from device.access.actions import Action
from device.examiner import FrameSource
from device.optics import OpticsStore
from device.optics.calibration import KINDS
from device.optics.scale import find_scale
from device.optics.white import measure_white
from device.web.routing import Room

FRAMES = 4
"""Frames of the white card whose mean is taken: it halves the noise."""


def blueprint(
    store: OpticsStore,
    source: FrameSource,
    camera: str,
    days: int,
    light: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Room:
    """`GET`, `POST ?kind=white` or `?kind=scale&spacing=MM`, and `DELETE ?kind=` of /api/v1/calibration.

    `camera` is the name of the camera in use, `days` the age at which a calibration is called old,
    `light` a context that lights the card as it lights the skin.
    """
    calibration = Room("calibration", __name__, prefix="/api/v1/calibration")

    @calibration.get("", role=Role.VIEWER, audit=None)
    def show() -> dict[str, Any]:
        optics = store.current()
        history = [each.describe() for each in store.history()]
        return optics.describe() | {
            "reminders": optics.reminders(datetime.now(UTC), days),
            "history": history,
        }

    @calibration.post("", role=Role.OWNER, audit=Action.CALIBRATED_OPTICS)
    def make() -> tuple[dict[str, Any], int]:
        kind = _kind()
        spacing = _spacing()
        with light():
            frames = list(source.burst(FRAMES if kind == "white" else 1))
        last = frames[-1]
        value = (
            measure_white(frame.pixels for frame in frames)
            if kind == "white"
            else find_scale(last.pixels, spacing)
        )
        height, width = last.pixels.shape[:2]
        kept = store.save(value, (width, height), camera, last.metadata)
        return kept.describe(), HTTPStatus.CREATED

    @calibration.delete("", role=Role.OWNER, audit=Action.UNDID_CALIBRATION)
    def undo() -> dict[str, Any]:
        return store.undo(_kind() if "kind" in request.args else "").describe()

    return calibration


def _spacing() -> float:
    try:
        spacing = float(request.args.get("spacing", "1"))
    except ValueError:
        spacing = math.nan
    if not 0 < spacing < math.inf:
        abort(HTTPStatus.BAD_REQUEST, "'spacing' must be a number of millimetres above 0")
    return spacing


def _kind() -> str:
    kind = request.args.get("kind", "")
    if kind not in KINDS:
        abort(HTTPStatus.BAD_REQUEST, f"'kind' must be one of {', '.join(KINDS)}")
    return kind
