"""One calibration, as it is kept: JSON for what a person reads, NPY for the gains."""

import hashlib
import io
import json
import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from device.errors import CalibrationError
from device.optics.focus import LensFocus
from device.optics.scale import Scale
from device.optics.white import GRID, MOST_GAIN, Gains

KINDS = ("white", "scale", "focus")
VERSION = 1

Value = Gains | Scale | LensFocus
"""What was measured."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was measured, of which kind, when, and with which camera.

    `number` counts all calibrations from 1: a Pi has no clock of its own, so dates don't tell the
    newest. `value` is the gains of a white card, a scale or a lens position; `camera` is empty for picture
    files; `size` the width and height of the pictures; `metadata` what the camera said of the last.
    """

    number: int
    made_at: datetime
    camera: str
    size: tuple[int, int]
    value: Value
    metadata: dict[str, Any] = field(default_factory=dict)
    undone: bool = False

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        if isinstance(self.value, LensFocus):
            return "focus"
        return "scale" if isinstance(self.value, Scale) else "white"

    @property
    def title(self) -> str:
        """Kind, date and number, as examinations name it."""
        return f"{self.kind} {self.made_at:%Y-%m-%d} #{self.number}"

    def describe(self) -> dict[str, Any]:
        """All but the gains, as JSON would have it."""
        content: dict[str, Any] = {
            "number": self.number,
            "kind": self.kind,
            "made_at": self.made_at.isoformat(),
            "camera": self.camera,
            "size": list(self.size),
            "metadata": self.metadata,
            "undone": self.undone,
        }
        if isinstance(self.value, Scale):
            return content | {"width_mm": self.value.width_mm, "method": self.value.method}
        if isinstance(self.value, LensFocus):
            return content | {"lens_position": self.value.position}
        return content | {"largest_gain": round(float(self.value.max()), 3)}


def to_bytes(calibration: Calibration) -> tuple[bytes, bytes]:
    """The JSON and the NPY file (empty but for a white card); the first holds a hash of the second."""
    gains = b""
    if isinstance(calibration.value, np.ndarray):
        stream = io.BytesIO()
        np.save(stream, calibration.value, allow_pickle=False)
        gains = stream.getvalue()
    content = calibration.describe() | {"version": VERSION, "sha256": hashlib.sha256(gains).hexdigest()}
    del content["undone"]
    return json.dumps(content, indent=2).encode(), gains


def from_bytes(text: bytes, gains: bytes, undone: bool) -> Calibration:
    """The calibration of two files. Raises CalibrationError when they are damaged or can't be true."""
    try:
        content = json.loads(text)
        if content["version"] != VERSION:
            raise CalibrationError("calibration_other_version", found=content["version"], version=VERSION)
        if content["sha256"] != hashlib.sha256(gains).hexdigest():
            raise CalibrationError("gains_altered")
        width, height = (int(side) for side in content["size"])
        made_at = datetime.fromisoformat(content["made_at"])
        if made_at.tzinfo is None or min(width, height) < 1:
            raise CalibrationError("date_or_size_refused")
        value: Value
        if content["kind"] == "focus":
            value = LensFocus(float(content["lens_position"]))
        elif content["kind"] == "scale":
            value = Scale(float(content["width_mm"]), str(content["method"]))
        else:
            value = _check(np.load(io.BytesIO(gains), allow_pickle=False))
        return Calibration(
            int(content["number"]),
            made_at,
            str(content["camera"]),
            (width, height),
            value,
            dict(content["metadata"]),
            undone,
        )
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        EOFError,
        ArithmeticError,
        # It may have come from elsewhere in a backup, and a daemon that ends by it would end at every start.
        RecursionError,
        MemoryError,
    ) as error:
        raise CalibrationError("calibration_damaged", error=error) from error


def colour_gains(metadata: dict[str, Any]) -> tuple[float, float] | None:
    """The camera's own gains for red and blue while the card was taken, where it told them."""
    given = metadata.get("ColourGains")
    try:
        red, blue = (float(gain) for gain in given or ())
    except (TypeError, ValueError):
        return None
    return (red, blue) if all(math.isfinite(gain) and gain > 0 for gain in (red, blue)) else None


def _check(gains: Any) -> Gains:
    if gains.shape != (*GRID, 3) or gains.dtype != np.float32:
        raise CalibrationError("gains_of_other_shape")
    if not (np.isfinite(gains).all() and gains.min() >= 1 and gains.max() <= MOST_GAIN):
        raise CalibrationError("gains_refused")
    return np.asarray(gains)
