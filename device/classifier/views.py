"""A field in eight orientations: a lesion has no up, so every one asks the network anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import FieldImage

VIEWS = 8
"""The symmetries of a square: four turns, each as it is and mirrored."""


def turn(field: FieldImage, view: int) -> FieldImage:
    """A square field in orientation `view`, 0 (as it is) to 7."""
    # A pixel as one value: NumPy takes twice as long over an axis of three.
    pixels = np.ascontiguousarray(field).view(f"V{field[0, 0].nbytes}")
    turned = np.ascontiguousarray(_mirror(np.rot90(pixels, view % 4), view))
    return turned.view(field.dtype)


def turn_back(maps: NDArray[np.float32], view: int) -> NDArray[np.float32]:
    """Maps (side, side, n) of a field in orientation `view`, as the field itself lies."""
    return np.rot90(_mirror(maps, view), -(view % 4))


def _mirror(picture: NDArray[Any], view: int) -> NDArray[Any]:
    return picture[:, ::-1] if view >= VIEWS // 2 else picture
