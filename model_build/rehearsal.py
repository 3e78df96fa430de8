"""The last steps of training, with rounding in the loop: the network learns to live with INT8."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from device.examination import CLASSES
from model_build.fakequant import Ranges, insert_rounding
from model_build.rounding import LARGEST, Convolution, channel_axes

RATE = 2e-5
"""The first learning rate; it falls to 0 over half a cosine."""

_SCORE_WEIGHT = 0.1


class RoundedConvolution(keras.layers.Layer):
    """Computes as `convolution` does with its kernel rounded to INT8 steps, and trains the kernel behind it.

    Rounding counts as the identity for gradients: the straight-through estimator, Bengio et
    al. 2013, arXiv:1308.3432, section 4.
    """

    def __init__(self, convolution: keras.layers.Layer) -> None:
        super().__init__(name=f"{convolution.name}_rehearsed")
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


def rehearse(
    model: keras.Model, learner: keras.Model, ranges: Ranges, lessons: tf.data.Dataset, steps: int
) -> None:
    """Train `learner`, a copy of `model`, so that rounded it says what `model` says in float.

    `lessons` gives batches of images, float32, -1 to 1; labels play no part, so nothing new is
    learnt: the distillation of Hinton et al. 2015, arXiv:1503.02531, section 2, of a network
    into its own rounded form. Normalisation stays as it is, and nothing is dropped.
    """
    student = _rounded(learner, ranges)
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps))
    student.compile(optimizer=optimizer, loss=_difference, jit_compile=False)
    told = lessons.map(lambda images: (images, model(images, training=False)))
    student.fit(told, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=2)


def _rounded(learner: keras.Model, ranges: Ranges) -> keras.Model:
    """A network that shares `learner`'s weights and rounds kernels and stored tensors."""
    learner.trainable = True

    def apply(layer: keras.layers.Layer, *arguments: Any, **named: Any) -> Any:
        own = learner.get_layer(layer.name)
        if isinstance(own, Convolution):
            return RoundedConvolution(own)(*arguments)
        if isinstance(own, keras.layers.Dropout):
            # What stands in a call here is overruled while fitting: it would drop all the same.
            return arguments[0]
        if isinstance(own, keras.layers.BatchNormalization):
            # Untrainable, it uses its averages.
            own.trainable = False
        return own(*arguments, **named)

    return insert_rounding(learner, ranges, batch=None, apply=apply)


def _difference(wanted: Any, said: Any) -> Any:
    """Divergence of the classes' probabilities, and a little of all scores, foreignness included."""
    classes = len(CLASSES)
    log_wanted, log_said = ops.log_softmax(wanted[:, :classes]), ops.log_softmax(said[:, :classes])
    divergence = ops.sum(ops.exp(log_wanted) * (log_wanted - log_said), axis=-1)
    return divergence + _SCORE_WEIGHT * ops.mean((wanted - said) ** 2, axis=-1)
