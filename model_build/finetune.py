"""The last steps of training with rounding in the loop: the network learns to live with INT8."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from model_build.rounding import channel_axes

_RATE = 2e-5


class RoundedKernel(keras.layers.Wrapper):
    """A convolution that computes with its kernel rounded to INT8 steps, and learns the kernel behind it.

    Rounding counts as the identity for gradients: the straight-through estimator, Bengio et
    al. 2013, arXiv:1308.3432; with ranges per channel, Jacob et al. 2018, arXiv:1712.05877, section 3.
    """

    def call(self, values: Any) -> Any:
        """`values` convolved with the rounded kernel."""
        kernel = self.layer.kernel
        step = ops.max(ops.abs(kernel), axis=channel_axes(self.layer), keepdims=True) / 127
        rounded = ops.round(kernel / ops.maximum(step, 1e-12)) * step
        straight = kernel + ops.stop_gradient(rounded - kernel)
        padding = self.layer.padding.upper()
        if isinstance(self.layer, keras.layers.DepthwiseConv2D):
            result = tf.nn.depthwise_conv2d(values, straight, [1, *self.layer.strides, 1], padding)
        else:
            result = tf.nn.conv2d(values, straight, self.layer.strides, padding)
        return result + self.layer.bias if self.layer.use_bias else result
