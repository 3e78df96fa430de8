"""Weights on the INT8 grid, and biases that make up for what rounding shifts."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Convolution = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)

LARGEST = 127
_BATCH = 8


def correct_biases(model: keras.Model, images: NDArray[np.float32]) -> None:
    """Make up in place, by biases alone, for what rounding the kernels of `model` will shift.

    A depthwise kernel has nine weights; where they nearly cancel, rounding shifts the
    channel's mean, and normalisation magnifies the shift. It is measured over `images`
    (pictures, 224, 224, 3) and taken back: bias correction, Nagel et al. 2019,
    arXiv:1906.04721, section 4.2.
    """
    layers = _convolutions(model)
    errors = {layer.name: _rounded_kernel(layer) - layer.get_weights()[0] for layer in layers}
    shifts = _measure_shifts(model, layers, errors, images)
    for layer in layers:
        normalisation = _normalisation_after(model, layer)
        if normalisation is not None:
            normalisation.moving_mean.assign_add(shifts[layer.name])
        else:
            layer.bias.assign_sub(shifts[layer.name])


def round_kernels(model: keras.Model) -> None:
    """Round every kernel of `model` in place to INT8 steps, one scale a channel.

    Symmetric: Jacob et al. 2018, arXiv:1712.05877, section 2; folding the normalisation in
    later scales whole channels and so leaves every weight on the grid.
    """
    for layer in _convolutions(model):
        layer.kernel.assign(_rounded_kernel(layer))


def round_kernel(kernel: NDArray[np.float32], axes: tuple[int, ...]) -> NDArray[np.float32]:
    """`kernel` at the nearest of 255 steps, symmetric about 0, one step size for all `axes` together."""
    step = np.abs(kernel).max(axis=axes, keepdims=True) / LARGEST
    step[step == 0] = 1
    return np.asarray(np.round(kernel / step) * step, np.float32)


def channel_axes(layer: keras.layers.Layer) -> tuple[int, ...]:
    """The axes of a kernel that share a scale: all but the output channel's."""
    return (0, 1) if isinstance(layer, keras.layers.DepthwiseConv2D) else (0, 1, 2)


def _convolutions(model: keras.Model) -> list[Any]:
    return [layer for layer in model.layers if isinstance(layer, Convolution)]


def _rounded_kernel(layer: Any) -> NDArray[np.float32]:
    return round_kernel(layer.get_weights()[0], channel_axes(layer))


def _measure_shifts(
    model: keras.Model, layers: list[Any], errors: dict[str, NDArray[np.float32]], images: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """What rounding adds to the mean of each layer's output channels."""
    probe = keras.Model(model.input, [layer.input for layer in layers])
    batches = [images[start : start + _BATCH] for start in range(0, len(images), _BATCH)]
    shifts: dict[str, Any] = {layer.name: 0 for layer in layers}
    for batch in batches:
        for layer, values in zip(layers, probe(batch, training=False), strict=True):
            error, padding = errors[layer.name], layer.padding.upper()
            if isinstance(layer, keras.layers.DepthwiseConv2D):
                output = tf.nn.depthwise_conv2d(values, error, [1, *layer.strides, 1], padding)
            else:
                output = tf.nn.conv2d(values, error, layer.strides, padding)
            shifts[layer.name] += tf.reduce_mean(output, (0, 1, 2)).numpy() * len(batch) / len(images)
    return shifts


def _normalisation_after(
    model: keras.Model, layer: keras.layers.Layer
) -> keras.layers.BatchNormalization | None:
    for other in model.layers:
        if isinstance(other, keras.layers.BatchNormalization) and other.input is layer.output:
            return other
    return None
