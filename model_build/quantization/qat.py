"""Quantization-aware training (QAT): the last steps of training, with rounding in the loop."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from model_build.quantization.ranges import Ranges, insert_rounding
from model_build.quantization.rounding import LARGEST, Convolution, channel_axes

RATE = 2e-5
"""The first learning rate; it falls to 0 over half a cosine."""

_SCORE_WEIGHT = 0.1


class RoundedConvolution(keras.layers.Layer):
    """Computes as `convolution` does with its kernel rounded to INT8 steps, and trains the kernel behind it.

    Rounding counts as the identity for gradients: the straight-through estimator, Bengio et
    al. 2013, arXiv:1308.3432, section 4.
    """

    def __init__(self, convolution: keras.layers.Layer) -> None:
        super().__init__(name=f"{convolution.name}_qat")
        self.convolution = convolution

    def call(self, values: Any) -> Any:
        """`values` (batch, height, width, channels) convolved with the rounded kernel."""
        layer = self.convolution
        step = ops.max(ops.abs(layer.kernel), axis=channel_axes(layer), keepdims=True) / LARGEST
        rounded = ops.round(layer.kernel / ops.maximum(step, 1e-12)) * step
        kernel = layer.kernel + ops.stop_gradient(rounded - layer.kernel)
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            result = ops.depthwise_conv(values, kernel, strides=layer.strides, padding=layer.padding)
        else:
            result = ops.conv(values, kernel, strides=layer.strides, padding=layer.padding)
        return result + layer.bias if layer.use_bias else result


def train_rounded(
    model: keras.Model, student: keras.Model, ranges: Ranges, images: tf.data.Dataset, steps: int
) -> None:
    """Train `student`, a copy of `model`, so that rounded it says what `model` says in float.

    `images` gives batches, float32, -1 to 1; labels play no part, so nothing new is learnt: the
    distillation of Hinton et al. 2015, arXiv:1503.02531, section 2, of a network into its own
    rounded form. Normalisation stays as it is, and nothing is dropped.
    """
    rounded = _rounded(student, ranges)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps))
    rounded.compile(optimizer=optimizer, loss=_difference, jit_compile=False)
    batches = images.map(lambda shown: (shown, model(shown, training=False)))
    rounded.fit(batches, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=2)


def _rounded(student: keras.Model, ranges: Ranges) -> keras.Model:
    """A network that shares `student`'s weights and rounds kernels and stored tensors."""
    student.trainable = True

    def apply(layer: keras.layers.Layer, *arguments: Any, **named: Any) -> Any:
        own = student.get_layer(layer.name)
        if isinstance(own, Convolution):
            return RoundedConvolution(own)(*arguments)
        if isinstance(own, keras.layers.Dropout):
            # What stands in a call here is overruled while fitting: it would drop all the same.
            return arguments[0]
        if isinstance(own, keras.layers.BatchNormalization):
            # Untrainable, it uses its averages.
            own.trainable = False
        return own(*arguments, **named)

    return insert_rounding(student, ranges, batch=None, apply=apply)


def _difference(wanted: Any, said: Any) -> Any:
    """Divergence of the outputs' probabilities, and a little of all scores, the foreign one included."""
    log_wanted, log_said = ops.log_softmax(wanted[:, :-1]), ops.log_softmax(said[:, :-1])
    divergence = ops.sum(ops.exp(log_wanted) * (log_wanted - log_said), axis=-1)
    return divergence + _SCORE_WEIGHT * ops.mean((wanted - said) ** 2, axis=-1)
