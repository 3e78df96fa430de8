"""What the page must know of a bundle to answer as the device does."""

import base64
import struct
from typing import Any

import numpy as np

from browser.border import input_quantization, make_border
from device.classes import classes_to_json
from device.classifier.bundle import Bundle
from device.classifier.preprocess import quantization_table
from device.classifier.self_test import TOLERANCE
from device.errors import BundleError
from device.quality import FOCUS, HINTS
from device.quality.bounds import BOUNDS, SKIN_MEAN, SKIN_PRECISION

_STRIDE = 32
"""Pixels a cell of the maps: the network halves its input five times."""

_SHIFT = 128
"""From an INT8 value to the uint8 that the border takes for it."""


def describe_model(bundle: Bundle, model: str, picture: str) -> dict[str, Any]:
    """Classes, rules, bounds and form of a bundle's model as plain values.

    `model` and `picture` are where the page finds the bundle's model and the picture of its
    self-test. Raises BundleError when the browser couldn't run the model.
    """
    content = bundle.model.read_bytes()
    try:
        table, border = quantization_table(*input_quantization(content)), make_border(content)
    except (ValueError, struct.error) as error:
        raise BundleError(f"{bundle.model}: no browser can run it: {error}") from error
    return {
        "title": bundle.title,
        "model": model,
        "border": base64.b64encode(border).decode(),
        "side": bundle.side,
        "cells": bundle.side // _STRIDE,
        "channels": len(bundle.classes.outputs) + 1,
        "input_values": (np.asarray(table, np.int16) + _SHIFT).tolist(),
        **classes_to_json(bundle.classes),
        "rules": vars(bundle.rules),
        "self_test": {
            "picture": picture,
            "probabilities": dict(bundle.self_test.probabilities),
            "tolerance": TOLERANCE,
        },
        "quality": describe_quality(),
    }


def describe_quality() -> dict[str, Any]:
    """The bounds that a fit picture keeps, gravest first, the hints, and the ends of the focus bar."""
    return {
        "bounds": [
            {"measure": bound.measure, "side": bound.side, "limit": bound.limit, "advice": bound.advice}
            for bound in BOUNDS
        ],
        "skin": {"mean": list(SKIN_MEAN), "precision": SKIN_PRECISION},
        "hints": [{"measure": hint.measure, "limit": hint.limit, "advice": hint.advice} for hint in HINTS],
        "focus": {"from": FOCUS[0], "to": FOCUS[1]},
    }
