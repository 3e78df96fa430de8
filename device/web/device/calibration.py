"""Calibration for programs: see it, make it with the camera in use, undo it."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import cast

from flask import request

from device.access import Role
from device.access.actions import Action
from device.errors import CalibrationError
from device.examination import Frame
from device.optics.calibration import KINDS, Value
from device.optics.focus import SCANS, find_focus
from device.optics.scale import find_scale
from device.optics.white import measure_white
from device.web.device import schemas
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

FRAMES = 4
"""Frames of the white card whose mean is taken: it halves the noise."""


room = Room("calibration", __name__, prefix="/api/v1/calibration")


@room.get("", role=Role.VIEWER, audit=None, api=Operation(schemas.Calibrations))
def calibration() -> schemas.Calibrations:
    """The calibration in force, and all before."""
    store = services().optics
    days = services().calibration_days
    optics = store.current()
    history = [each.describe() for each in store.history()]
    whole = optics.describe() | {
        "reminders": optics.reminders(datetime.now(UTC), days),
        "history": history,
    }
    return cast(schemas.Calibrations, whole)


@room.post(
    "",
    role=Role.OWNER,
    audit=Action.CALIBRATED_OPTICS,
    api=Operation(
        schemas.Calibration,
        HTTPStatus.CREATED,
        query=schemas.CalibrationQuery,
        problems=(
            HTTPStatus.CONFLICT,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    ),
)
def calibrate() -> tuple[schemas.Calibration, int]:
    """Calibrate with what the camera sees now: a white card, a ruler, or for the lens anything sharp."""
    camera = services().ring.camera
    store = services().optics
    source = services().source
    kind = _kind()
    spacing = _spacing()
    value: Value
    if kind == "focus":
        frames = [frame for _ in range(SCANS) for frame in _focus_anew()]
        value = find_focus([frame.metadata for frame in frames])
    elif kind == "white":
        frames = list(source.burst(FRAMES))
        value = measure_white(frame.pixels for frame in frames)
    else:
        frames = list(source.burst(1))
        value = find_scale(frames[-1].pixels, spacing)
    last = frames[-1]
    height, width = last.pixels.shape[:2]
    kept = store.save(value, (width, height), camera, last.metadata)
    return cast(schemas.Calibration, kept.describe()), HTTPStatus.CREATED


@room.delete(
    "",
    role=Role.OWNER,
    audit=Action.UNDID_CALIBRATION,
    api=Operation(schemas.Calibration, query=schemas.UndoQuery, problems=(HTTPStatus.UNPROCESSABLE_ENTITY,)),
)
def undo_calibration() -> schemas.Calibration:
    """Undo the newest calibration."""
    store = services().optics
    return cast(schemas.Calibration, store.undo(_kind() if "kind" in request.args else "").describe())


def _focus_anew() -> Iterator[Frame]:
    """One frame after a scan of the lens. Raises CalibrationError where the lens is held in its place."""
    if services().preferences.settings.lens_position or services().optics.current().lens_position:
        raise CalibrationError("lens_is_held")
    return services().source.burst(1, anew=True)


def _spacing() -> float:
    try:
        spacing = float(request.args.get("spacing", "1"))
    except ValueError:
        spacing = math.nan
    if not 0 < spacing < math.inf:
        refuse(HTTPStatus.BAD_REQUEST, "spacing_refused")
    return spacing


def _kind() -> str:
    kind = request.args.get("kind", "")
    if kind not in KINDS:
        refuse(HTTPStatus.BAD_REQUEST, "kind_refused", kinds=list(KINDS))
    return kind
