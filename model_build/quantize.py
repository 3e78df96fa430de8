"""From the float network to a full-integer one, and how far the two stray apart."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score

from device.classifier import decision
from device.classifier.preprocess import INPUT_SIDE, scale_field
from device.examination import CLASSES
from model_build import network, split
from model_build.answers import ask_int8, float_answers
from model_build.balance import sampling_prior
from model_build.batches import training_batches
from model_build.errors import QuantizationError
from model_build.fakequant import measure_ranges, with_fake_quant
from model_build.rehearsal import rehearse
from model_build.rounding import correct_biases, round_kernels
from model_build.workspace import Workspace, write_json

MOST_LOST = 0.02
"""Balanced accuracy that INT8 may lose against float."""
LEAST_AGREEMENT = 0.95
"""The share of pictures that INT8 and float must give the same class by one view."""

PICTURES_A_CLASS = 20
REHEARSAL_STEPS = 300

_SAMPLING_POWER = 0.75
_BATCH = 24
_STRENGTH = 0.6
_SEED = 99


def quantize(workspace: Workspace) -> None:
    """The `quantize` step: round the weights, measure the ranges of activations, convert, compare.

    Raises QuantizationError when INT8 strays too far from float on validation pictures.
    """
    if workspace.quantization.exists():
        print(f"quantize: done before ({workspace.quantization})")
        return
    rows = split.read(workspace.require(workspace.split, "dataset"))
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    model = network.load_finished(workspace)
    images = scale_field(fields[representatives(rows)])

    print("quantize: measuring ranges, then rehearsing with rounded weights", flush=True)
    unfinished = workspace.tflite.with_suffix(".part")
    unfinished.write_bytes(to_int8(model, images, _lessons(rows, fields)))
    figures = compare(workspace, unfinished)
    check(figures)
    unfinished.replace(workspace.tflite)
    write_json(workspace.quantization, figures)
    print(f"quantize: {figures}")


def representatives(rows: list[split.Row]) -> list[int]:
    """Indices of training pictures, the first `PICTURES_A_CLASS` of each class."""
    return [
        index
        for label in CLASSES
        for index in [i for i, row in enumerate(rows) if row.role == "train" and row.label == label][
            :PICTURES_A_CLASS
        ]
    ]


def to_int8(model: keras.Model, images: NDArray[np.float32], lessons: tf.data.Dataset | None = None) -> bytes:
    """The full-integer form of `model`, rounded as it behaves on `images` (pictures, side, side, 3).

    With `lessons`, batches of images, it first rehearses being rounded.
    """
    rounded = keras.models.clone_model(model)
    rounded.set_weights(model.get_weights())
    ranges = measure_ranges(rounded, images)
    correct_biases(rounded, images)
    if lessons is not None:
        rehearse(model, rounded, ranges, lessons, REHEARSAL_STEPS)
    round_kernels(rounded)
    return convert(rounded, ranges)


def _lessons(rows: list[split.Row], fields: NDArray[np.uint8]) -> tf.data.Dataset:
    """Augmented training pictures, rare classes more often than they come."""
    labels = split.labels_of(rows)
    members = np.flatnonzero([row.role == "train" for row in rows])
    prior = sampling_prior(labels[members], _SAMPLING_POWER)
    batches = training_batches(
        fields,
        labels,
        members,
        prior,
        batch=_BATCH,
        side=INPUT_SIDE,
        strength=_STRENGTH,
        seed=_SEED,
    )
    return batches.map(lambda images, targets: images)


def convert(model: keras.Model, ranges: dict[str, tuple[float, float]]) -> bytes:
    """The full-integer model: INT8 (1, 224, 224, 3) to the INT8 maps (1, 7, 7, 8).

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


def compare(workspace: Workspace, tflite: Path) -> dict[str, float]:
    """Both models on all validation pictures: each one's balanced accuracy, and their agreement.

    By one view, which shows the most of rounding, and by all views as the device takes them.
    """
    real = float_answers(workspace, "validation")
    rows = split.read(workspace.split)
    members = [index for index, row in enumerate(rows) if row.role == "validation"]
    logits, _ = ask_int8(tflite, np.load(workspace.fields, mmap_mode="r")[members])
    one_view = _hold_together(real.labels, real.logits[:, 0], logits[:, 0])
    combined = _hold_together(real.labels, decision.combine(real.logits, 1.0), decision.combine(logits, 1.0))
    return {**one_view, **{f"combined_{name}": value for name, value in combined.items()}}


def _hold_together(labels: Any, real: Any, int8: Any) -> dict[str, float]:
    said, rounded = real.argmax(axis=1), int8.argmax(axis=1)
    return {
        "float_balanced_accuracy": float(balanced_accuracy_score(labels, said)),
        "int8_balanced_accuracy": float(balanced_accuracy_score(labels, rounded)),
        "agreement": float(np.mean(said == rounded)),
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
