"""The ranges of activations, and how the converter gets them."""

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Ranges = dict[str, tuple[float, float]]
"""The lowest and highest value of each stored tensor, by layer."""

# Every tensor that the INT8 model stores beside its input: what convolutions with their
# normalisation and activation, additions and the head give.
_STORED = re.compile(r"relu$|_project_BN$|_add$|^maps$")
_FIRST_LAYER = "Conv1"
INPUT_RANGE = (-1.0, 1.0)

# The widest values are few; without them all others get finer steps.
_CLIPPED_SHARE = 2e-5


class FakeQuant(keras.layers.Layer):
    """Rounds to 256 steps from `low` to `high`.

    Jacob et al. 2018, arXiv:1712.05877, section 3.
    """

    def __init__(self, low: float, high: float, name: str) -> None:
        super().__init__(name=name)
        self.low, self.high = low, high

    def call(self, values: Any) -> Any:
        """`values` clipped and rounded."""
        # The converter knows a rounding network by this operator; its twin with plain numbers it overlooks.
        return tf.quantization.fake_quant_with_min_max_vars(values, self.low, self.high)


def is_stored(layer: keras.layers.Layer) -> bool:
    """Whether the INT8 model stores what this layer gives."""
    return _STORED.search(layer.name) is not None


def measure_ranges(model: keras.Model, images: NDArray[np.float32]) -> Ranges:
    """The range of each stored tensor over `images` (pictures, 224, 224, 3), the widest values left out."""
    stored = [layer for layer in model.layers if is_stored(layer)]
    probe = keras.Model(model.input, [layer.output for layer in stored])
    lows: dict[str, list[float]] = {layer.name: [] for layer in stored}
    highs: dict[str, list[float]] = {layer.name: [] for layer in stored}
    for start in range(0, len(images), 32):
        for layer, values in zip(stored, probe(images[start : start + 32], training=False), strict=True):
            low, high = np.quantile(values.numpy(), [_CLIPPED_SHARE, 1 - _CLIPPED_SHARE])
            lows[layer.name].append(float(low))
            highs[layer.name].append(float(high))
    # Zero must lie inside: padding is zero and has to be exact.
    return {name: (min(0.0, float(np.mean(lows[name]))), float(np.mean(highs[name]))) for name in lows}


def with_fake_quant(model: keras.Model, ranges: Ranges, batch: int | None) -> keras.Model:
    """A copy of `model`, weights included, that rounds every stored tensor to its range.

    With `batch` a number the input's shape is static.
    """
    copy = insert_rounding(model, ranges, batch, lambda layer, *values, **named: layer(*values, **named))
    copy.set_weights(model.get_weights())
    return copy


def insert_rounding(
    model: keras.Model, ranges: Ranges, batch: int | None, apply: Callable[..., Any]
) -> keras.Model:
    """A network shaped like `model` that rounds every stored tensor to its range.

    `apply` is called with a copy of each layer and what goes into it, and gives what comes out.
    """

    def call(layer: keras.layers.Layer, *arguments: Any, **named: Any) -> Any:
        if layer.name == _FIRST_LAYER:
            arguments = (FakeQuant(*INPUT_RANGE, name="input_rounded")(arguments[0]),)
        values = apply(layer, *arguments, **named)
        return (
            FakeQuant(*ranges[layer.name], name=f"{layer.name}_rounded")(values)
            if layer.name in ranges
            else values
        )

    entrance = keras.Input(batch_shape=(batch, *model.input_shape[1:]))
    return keras.models.clone_model(model, input_tensors=entrance, call_function=call)
