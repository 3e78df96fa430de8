"""A backbone with a head of maps, and the same with augmentation before it."""

from pathlib import Path
from typing import Any, Literal

import keras

from model_build import backbones
from model_build.training.augmentation import augmentation

Learns = Literal["head", "most", "all"]

FIRST_TRAINED = "block_3_"
"""The layers before it see edges and colours, cost 40 % of a step, and may stay as ImageNet left them."""


def build(
    weights: Path | str | None,
    side: int,
    outputs: int,
    architecture: str = "mobilenetv2",
    dropout: float = 0.3,
) -> keras.Model:
    """The network: float32 (batch, side, side, 3), -1 to 1, to logits (batch, outputs).

    A backbone, then a 1 x 1 convolution to one map an output, then the mean over each map. By
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
    maps = keras.layers.Conv2D(outputs, 1, name="maps", dtype="float32")(features)
    logits = keras.layers.GlobalAveragePooling2D(name="logits", dtype="float32")(maps)
    return keras.Model(backbone.input, logits, name="dermapoint")


def with_augmentation(network: keras.Model, seed: int, strength: float) -> keras.Model:
    """uint8 pictures (batch, side, side, 3) to the logits of `network`; shares its weights.

    The random work is part of the network, so it runs where that runs.
    """
    pictures = keras.Input(network.input_shape[1:], dtype="uint8")
    scaled = keras.layers.Rescaling(1 / 255, dtype="float32", name="to_unit")(pictures)
    changed = augmentation(seed, strength)(scaled)
    centred = keras.layers.Rescaling(2.0, -1.0, dtype="float32", name="to_network")(changed)
    return keras.Model(pictures, network(centred), name="training")


def features_of(network: keras.Model) -> keras.Model:
    """The same input to the mean of the last features over the field, (batch, channels)."""
    features: Any = keras.layers.GlobalAveragePooling2D()(network.get_layer("dropout").output)
    return keras.Model(network.input, features)


def set_trained(network: keras.Model, learns: Learns) -> None:
    """Let the head learn alone, or everything from `FIRST_TRAINED` on, or all, with its normalisation."""
    reached = learns == "all"
    for layer in network.layers:
        reached = reached or layer.name.startswith("maps" if learns == "head" else FIRST_TRAINED)
        layer.trainable = reached
