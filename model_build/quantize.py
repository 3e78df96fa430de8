"""From the float network to a full-integer one, and how far the two stray apart."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score
from tqdm import tqdm

from device.classifier import mean_of_maps
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import scale_field
from device.examination import CLASSES
from model_build import network, split
from model_build.errors import QuantizationError
from model_build.fakequant import measure_ranges, with_fake_quant
from model_build.rounding import round_weights
from model_build.workspace import Workspace, write_json

MOST_LOST = 0.02
"""Balanced accuracy that INT8 may lose against float."""
LEAST_AGREEMENT = 0.92
"""The share of pictures that INT8 and float must give the same class."""

PICTURES_A_CLASS = 20
BATCH = 32


def quantize(workspace: Workspace) -> None:
    """The `quantize` step: round the weights, measure the ranges of activations, convert, compare.

    Raises QuantizationError when INT8 strays too far from float on validation pictures.
    """
    if workspace.quantization.exists():
        print(f"quantize: done before ({workspace.quantization})")
        return
    rows = split.read(workspace.require(workspace.split, "dataset"))
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    model = network.build(None)
    model.load_weights(workspace.require(workspace.weights, "train"))
    images = scale_field(fields[representatives(rows)])

    print(f"quantize: rounding weights and measuring ranges over {len(images)} training pictures", flush=True)
    rounded = keras.models.clone_model(model)
    rounded.set_weights(model.get_weights())
    round_weights(rounded, images)
    ranges = measure_ranges(rounded, images)
    unfinished = workspace.tflite.with_suffix(".part")
    unfinished.write_bytes(convert(rounded, ranges))
    figures = compare(model, unfinished, rows, fields)
    check(figures)
    unfinished.replace(workspace.tflite)
    write_json(workspace.quantization, figures)
    print(f"quantize: {figures}")


def representatives(rows: list[split.Row]) -> list[int]:
    """Indices of training pictures, the first `PICTURES_A_CLASS` of each class."""
    return [
        index
        for label in CLASSES
        for index in [i for i, row in enumerate(rows) if row.part == "train" and row.label == label][
            :PICTURES_A_CLASS
        ]
    ]


def convert(model: keras.Model, ranges: dict[str, tuple[float, float]]) -> bytes:
    """The full-integer model: INT8 (1, 224, 224, 3) to the INT8 class maps (1, 7, 7, 7).

    Activations get the given ranges, weights one scale a channel.
    """
    # A Keras model's own input has a free batch size, which would make every tensor dynamic.
    static = with_fake_quant(model, ranges, batch=1)
    maps = keras.Model(static.input, static.get_layer("maps_rounded").output)
    converter = tf.lite.TFLiteConverter.from_keras_model(maps)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    content: bytes = converter.convert()
    return content


def compare(
    model: keras.Model, tflite: Path, rows: list[split.Row], fields: NDArray[np.uint8]
) -> dict[str, float]:
    """Both models on all validation pictures: each one's balanced accuracy, and their agreement."""
    members = [index for index, row in enumerate(rows) if row.part == "validation"]
    interpreter = Interpreter(tflite)
    int8 = [
        int(mean_of_maps(interpreter.invoke(interpreter.quantize(fields[index]))).argmax())
        for index in tqdm(members, desc="compare", unit="picture")
    ]
    real = np.concatenate(
        [
            model(scale_field(fields[members[start : start + BATCH]]), training=False).numpy().argmax(axis=1)
            for start in range(0, len(members), BATCH)
        ]
    )
    labels = [CLASSES.index(rows[index].label) for index in members]
    return {
        "float_balanced_accuracy": float(balanced_accuracy_score(labels, real)),
        "int8_balanced_accuracy": float(balanced_accuracy_score(labels, int8)),
        "agreement": float(np.mean(real == np.array(int8))),
    }


def check(figures: dict[str, float]) -> None:
    """Raise QuantizationError when `figures` from `compare` are outside the bounds."""
    lost = figures["float_balanced_accuracy"] - figures["int8_balanced_accuracy"]
    agreement = figures["agreement"]
    if lost > MOST_LOST or agreement < LEAST_AGREEMENT:
        raise QuantizationError(
            f"INT8 loses {lost:.1%} of balanced accuracy (at most {MOST_LOST:.0%} is allowed) and agrees "
            f"with float on {agreement:.1%} of pictures (at least {LEAST_AGREEMENT:.0%} is needed); "
            "train longer and try again"
        )
