"""Quantization-aware training (QAT): the scales and biases of normalisation, with rounding in the loop.

Kernels stay on their grid: what rounding changes is for the most part the mean and the width of each channel,
and for these, scales and biases can make up.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from model_build.quantization.ranges import Ranges, insert_rounding

RATE = 5e-4
"""The first learning rate; it falls to 0 over half a cosine."""

_SCORE_WEIGHT = 0.1


class FixedNormalization(keras.layers.Layer):
    """`normalization` with the averages of training, also while it is fitted: scale and bias alone learn."""

    def __init__(self, normalization: keras.layers.BatchNormalization) -> None:
        super().__init__(name=f"{normalization.name}_fixed")
        self.normalization = normalization

    def call(self, values: Any) -> Any:
        """`values` (batch, height, width, channels), normalised."""
        return self.normalization(values, training=False)


def train_normalization(
    model: keras.Model, student: keras.Model, ranges: Ranges, images: tf.data.Dataset, steps: int
) -> None:
    """Train the normalisations of `student`, a rounded copy of `model`, so that it says what `model` says.

    `images` gives batches, float32, -1 to 1; labels play no part, so nothing new is learnt: the
    distillation of Hinton et al. 2015, arXiv:1503.02531, section 2, of a network into its own
    rounded form. Kernels and averages stay as they are, and nothing is dropped.
    """
    rounded = _rounded(student, ranges)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps))
    rounded.compile(optimizer=optimizer, loss=_difference, jit_compile=False)
    batches = images.map(lambda shown: (shown, model(shown, training=False)))
    rounded.fit(batches, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=2)


def _rounded(student: keras.Model, ranges: Ranges) -> keras.Model:
    """A network that shares `student`'s weights, rounds stored tensors, and trains normalisation alone."""

    def apply(layer: keras.layers.Layer, *arguments: Any, **named: Any) -> Any:
        own = student.get_layer(layer.name)
        own.trainable = isinstance(own, keras.layers.BatchNormalization)
        if own.trainable:
            return FixedNormalization(own)(*arguments)
        if isinstance(own, keras.layers.Dropout):
            # What stands in a call here is overruled while fitting: it would drop all the same.
            return arguments[0]
        return own(*arguments, **named)

    return insert_rounding(student, ranges, batch=None, apply=apply)


def _difference(wanted: Any, said: Any) -> Any:
    """Divergence of the outputs' probabilities, and a little of all scores, the foreign one included."""
    log_wanted, log_said = ops.log_softmax(wanted[:, :-1]), ops.log_softmax(said[:, :-1])
    divergence = ops.sum(ops.exp(log_wanted) * (log_wanted - log_said), axis=-1)
    return divergence + _SCORE_WEIGHT * ops.mean((wanted - said) ** 2, axis=-1)
