"""A backbone with a head of class maps, and one of foreignness."""

from pathlib import Path
from typing import Literal

import keras
import numpy as np

from device.classifier.preprocess import INPUT_SIDE
from device.examination import CLASSES
from model_build import backbones
from model_build.foreign.head import Head
from model_build.foreign.head import load as load_head
from model_build.workspace import Workspace

INPUT_SHAPE = (INPUT_SIDE, INPUT_SIDE, 3)
FIRST_TRAINED = "block_3_"
"""The layers before it see edges and colours, cost 40 % of a step, and stay as ImageNet left them."""


def build(
    weights: Path | str | None,
    side: int = INPUT_SIDE,
    architecture: str = "mobilenetv2",
    dropout: float = 0.3,
) -> keras.Model:
    """The training network: float32 (batch, side, side, 3), -1 to 1, to logits (batch, 7).

    A backbone, then a 1 x 1 convolution to one map a class, then the mean over each map. By
    linearity this is the usual dense head after global average pooling, and the maps are its
    class activation maps (Zhou et al. 2016, arXiv:1512.04150). `weights` is a file of
    ImageNet weights, "imagenet" to have Keras download them, or None to start from chance.
    Raises BuildError when the file doesn't hold such weights.
    """
    backbone = backbones.build(architecture, side, weights)
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # Keras's 0.999 averages over more steps than a short fine-tune has.
            layer.momentum = 0.99
    features = keras.layers.Dropout(dropout, name="dropout")(backbone.output)
    maps = keras.layers.Conv2D(len(CLASSES), 1, name="maps")(features)
    logits = keras.layers.GlobalAveragePooling2D(name="logits")(maps)
    return keras.Model(backbone.input, logits, name="dermapoint")


def features_of(model: keras.Model) -> keras.Model:
    """The same input to the mean of the last features over the field, (batch, 1280)."""
    features = keras.layers.GlobalAveragePooling2D()(model.get_layer("dropout").output)
    return keras.Model(model.input, features)


def add_foreign(model: keras.Model, head: Head) -> keras.Model:
    """`model` with an eighth map, whose mean is the foreign score; its weights are those of `model`.

    The device asks for lesion and class in one pass, and the map shows where it looks foreign.
    """
    kernel, bias = model.get_layer("maps").get_weights()
    maps = keras.layers.Conv2D(len(CLASSES) + 1, 1, name="maps")
    scores = keras.layers.GlobalAveragePooling2D(name="scores")(maps(model.get_layer("dropout").output))
    maps.set_weights(
        [np.concatenate([kernel, head.weights[None, None, :, None]], axis=-1), np.append(bias, head.bias)]
    )
    return keras.Model(model.input, scores, name="dermapoint")


def load_finished(workspace: Workspace) -> keras.Model:
    """The float network with all that it learnt: to (batch, 8), the logits and the foreign score."""
    model = build(None)
    model.load_weights(workspace.require(workspace.weights, "train"))
    return add_foreign(model, load_head(workspace.require(workspace.foreign, "foreign")))


def set_trained(model: keras.Model, learns: Literal["head", "most"]) -> None:
    """Let only the head learn, or everything from `FIRST_TRAINED` on, batch normalisation included."""
    reached = False
    for layer in model.layers:
        reached = reached or layer.name.startswith("maps" if learns == "head" else FIRST_TRAINED)
        layer.trainable = reached
