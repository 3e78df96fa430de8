"""From a frame of any size to the network's input; training and the device both call this."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from device.images import RGBImage

INPUT_SIDE = 224
"""Width and height of a field, in pixels; a network may take a smaller one (`shrink_field`)."""

FIELD_ASPECT = 4 / 3
"""Width over height of the part of a frame that is classified: HAM10000's own, and most sensors'."""

FieldImage = NDArray[np.uint8]
"""The field of view, uint8, shape (224, 224, 3), RGB."""

SIDES = range(128, INPUT_SIDE + 1, 32)
"""Widths that a network's input may have: MobileNetV2 halves it five times."""

DESCRIPTION: dict[str, Any] = {
    "version": 2,
    "field": [INPUT_SIDE, INPUT_SIDE, 3],
    "channels": "RGB",
    "crop": "largest centred 4:3 field",
    "resize": "halve by 2x2 means while at least twice the size, then area; to a smaller input by area",
    "scale": "x / 127.5 - 1",
}
"""What this module does, in words that travel with a bundle; a device refuses a bundle whose words differ."""


def crop_field(frame: RGBImage) -> RGBImage:
    """The largest centred 4:3 part of a frame, as a view without a copy."""
    height, width = frame.shape[:2]
    field_width = min(width, round(height * FIELD_ASPECT))
    field_height = min(height, round(width / FIELD_ASPECT))
    left = (width - field_width) // 2
    top = (height - field_height) // 2
    return frame[top : top + field_height, left : left + field_width]


def resize_field(frame: RGBImage) -> FieldImage:
    """Crop a frame to its field and bring it to 224 x 224 without aliasing.

    `frame` is RGB of any size from 1 x 1. Exact 2 x 2 means come first, since
    they are several times faster than one area resize from a camera's full size.
    """
    field = crop_field(frame)
    while min(field.shape[:2]) >= 2 * INPUT_SIDE:
        height, width = (side // 2 for side in field.shape[:2])
        field = np.asarray(
            cv2.resize(field[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA),
            np.uint8,
        )
    shrinks = min(field.shape[:2]) > INPUT_SIDE
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(field, (INPUT_SIDE, INPUT_SIDE), interpolation=method), np.uint8)


def shrink_field(field: FieldImage, side: int) -> FieldImage:
    """A field at the size of a network's input, one of `SIDES`."""
    if len(field) == side:
        return field
    return np.asarray(cv2.resize(field, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def scale_field(field: FieldImage) -> NDArray[np.float32]:
    """The network's real-valued input, -1 to 1, the scaling of MobileNetV2's ImageNet weights."""
    return np.asarray(field, np.float32) / np.float32(127.5) - np.float32(1)


def quantization_table(scale: float, zero_point: int) -> NDArray[np.int8]:
    """The INT8 input value for each of the 256 pixel values.

    `scale` and `zero_point` are the model's input quantization, real = scale * (q - zero_point)
    (Jacob et al. 2018, arXiv:1712.05877, eq. 1).
    """
    reals = scale_field(np.arange(256, dtype=np.uint8))
    return np.asarray(np.clip(np.rint(reals / scale) + zero_point, -128, 127), np.int8)


def quantize_field(field: FieldImage, table: NDArray[np.int8]) -> NDArray[np.int8]:
    """The INT8 input tensor, shape (1, side, side, 3), by `table` from `quantization_table`."""
    return np.asarray(cv2.LUT(field, table.view(np.uint8)), np.uint8).view(np.int8)[np.newaxis]
