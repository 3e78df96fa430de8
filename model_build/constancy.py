"""Colour constancy: pictures as if all were taken in white light."""

import numpy as np

from device.classifier.preprocess import FieldImage

_POWER = 6


def to_white_light(field: FieldImage) -> FieldImage:
    """`field` (224, 224, 3) with the colour of its light taken out, its brightness left alone.

    Shades of Gray, Finlayson & Trezzi 2004, Color and Imaging Conference 12, eq. 3, with their
    best norm, 6: the light's colour is each channel's norm over the picture.
    """
    light = np.mean((field / 255.0) ** _POWER, axis=(0, 1)) ** (1 / _POWER)
    gain = np.linalg.norm(light) / np.sqrt(3) / np.maximum(light, 1e-3)
    return np.asarray(np.clip(np.rint(field * gain), 0, 255), np.uint8)
