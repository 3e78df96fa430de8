"""Where a lens that can move is to stay: found by its own autofocus, several times over."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from device.errors import CalibrationError
from device.settings import NEAREST_LENS

SCANS = 3
"""Scans that must agree."""

MOST_APART = 0.5
"""Dioptres that scans may lie apart: the sharp zone of docs/hardware.md, 0.2 mm of 3.3, is 0.6 of 10."""

_FOCUSED = 2


@dataclass(frozen=True)
class LensFocus:
    """The lens's position in dioptres, 1 over the metres that it would be sharp at by itself."""

    position: float

    def __post_init__(self) -> None:
        """Raise CalibrationError for a position that no lens has."""
        if not (math.isfinite(self.position) and 0 < self.position <= NEAREST_LENS):
            raise CalibrationError("lens_position_refused", position=self.position, nearest=NEAREST_LENS)


def find_focus(scans: Sequence[dict[str, Any]]) -> LensFocus:
    """The position that several scans agree on; each is given by the metadata of a frame after it.

    Raises CalibrationError when a scan found nothing, when they disagree, or when the lens can't move.
    """
    if any("LensPosition" not in scan for scan in scans):
        raise CalibrationError("lens_fixed")
    if any(scan.get("AfState") != _FOCUSED for scan in scans):
        raise CalibrationError("lens_no_focus")
    positions = [float(scan["LensPosition"]) for scan in scans]
    if max(positions) - min(positions) > MOST_APART:
        raise CalibrationError("lens_uncertain")
    return LensFocus(round(median(positions), 2))
