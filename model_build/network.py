"""MobileNetV2 with a head of class maps."""

from pathlib import Path
from typing import Literal

import keras

from device.classifier.preprocess import INPUT_SIDE
from device.examination import CLASSES
from model_build.errors import BuildError

INPUT_SHAPE = (INPUT_SIDE, INPUT_SIDE, 3)
FIRST_TRAINED = "block_3_"
"""The layers before it see edges and colours, cost 40 % of a step, and stay as ImageNet left them."""


def build(weights: Path | str | None, side: int = INPUT_SIDE, dropout: float = 0.3) -> keras.Model:
    """The training network: float32 (batch, side, side, 3), -1 to 1, to logits (batch, 7).

    MobileNetV2 1.0 (Sandler et al. 2018, arXiv:1801.04381), then a 1 x 1 convolution to
    one map a class, then the mean over each map. By linearity this is the usual dense
    head after global average pooling, and the maps are its class activation maps
    (Zhou et al. 2016, arXiv:1512.04150). `weights` is a file of ImageNet weights,
    "imagenet" to have Keras download them, or None to start from chance.
    Raises BuildError when the file doesn't hold such weights.
    """
    if isinstance(weights, Path) and not weights.is_file():
        raise BuildError(f"{weights}: no such file; give --weights a file, or leave it out to download")
    backbone = keras.applications.MobileNetV2(
        input_shape=(side, side, 3), include_top=False, weights="imagenet" if weights == "imagenet" else None
    )
    if isinstance(weights, Path):
        try:
            backbone.load_weights(weights)
        except (ValueError, OSError) as error:
            raise BuildError(f"{weights}: holds no MobileNetV2 1.0 weights without top ({error})") from error
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # Keras's 0.999 averages over more steps than a short fine-tune has.
            layer.momentum = 0.99
    features = keras.layers.Dropout(dropout, name="dropout")(backbone.output)
    maps = keras.layers.Conv2D(len(CLASSES), 1, name="maps")(features)
    logits = keras.layers.GlobalAveragePooling2D(name="logits")(maps)
    return keras.Model(backbone.input, logits, name="dermapoint")


def set_trained(model: keras.Model, learns: Literal["head", "most"]) -> None:
    """Let only the head learn, or everything from `FIRST_TRAINED` on, batch normalisation included."""
    reached = False
    for layer in model.layers:
        reached = reached or layer.name.startswith("maps" if learns == "head" else FIRST_TRAINED)
        layer.trainable = reached
