"""The `quantize` step: from the float network to a full-integer one, and how far the two stray apart."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from device.classifier import decision
from device.classifier.preprocess import scale_field
from model_build.answers import ask_int8
from model_build.errors import QuantizationError
from model_build.foreign.learn import load_finished
from model_build.outputs import classes_of
from model_build.quantization.qat import train_normalization
from model_build.quantization.ranges import measure_ranges, with_fake_quant
from model_build.quantization.rounding import correct_biases, round_kernels
from model_build.sources.diagnoses import NO_DERMOSCOPY
from model_build.split import Row
from model_build.steps import Step
from model_build.training.augmentation import augmentation
from model_build.training.folds import ask
from model_build.training.loader import at_side
from model_build.training.sampling import Balance, Sampler
from model_build.training.step import DataSet
from model_build.workspace import Workspace, write_json

LEAST_AGREEMENT = 0.95
"""The share of pictures that INT8 and float must give the same output by one view."""

PICTURES_A_CELL = 8
"""Pictures of each class of each source whose activations give the ranges."""
QAT_STEPS = 200
COMPARED_A_SOURCE = 150

_BATCH = 24
_STRENGTH = 0.6
_SEED = 99


def quantize(workspace: Workspace) -> None:
    """The `quantize` step: round the weights, measure the ranges of activations, convert, compare.

    Raises QuantizationError when INT8 strays too far from float.
    """
    step = Step(
        workspace,
        "quantize",
        reads=[workspace.split, workspace.fields, workspace.weights, workspace.foreign],
        code=["quantization", "training", "prevalence.py"],
        makes=[workspace.tflite, workspace.quantization],
    )
    if step.is_done():
        return
    data, model = DataSet.read(workspace), load_finished(workspace)
    side = model.input_shape[1]
    images = scale_field(at_side(data.pictures.fields[representatives(data.rows)], side))
    print("quantize: measuring ranges, then training normalisation on rounded weights", flush=True)
    unfinished = workspace.tflite.with_suffix(".part")
    unfinished.write_bytes(to_int8(model, images, _training_images(data, side)))
    chosen = _compared(data.rows)
    fields = at_side(data.pictures.fields[chosen], side)
    said, _ = ask_int8(unfinished, fields, classes_of(workspace, data.rows))
    figures = compare([data.rows[i] for i in chosen], ask(model, fields)[..., :-1], said)
    check(figures)
    unfinished.replace(workspace.tflite)
    write_json(workspace.quantization, figures)
    print(f"quantize: {figures}")
    step.finish()


def representatives(rows: list[Row]) -> NDArray[np.int64]:
    """Places of training pictures, up to `PICTURES_A_CELL` of each class of each source.

    None of the calibration's: what is compared there must be new to the rounding.
    """
    cells: dict[tuple[str, str], list[int]] = {}
    for index, row in enumerate(rows):
        if row.role == "train":
            cells.setdefault((row.source, row.label), []).append(index)
    return np.array(sorted(index for own in cells.values() for index in own[:PICTURES_A_CELL]))


def to_int8(
    model: keras.Model, images: NDArray[np.float32], training: tf.data.Dataset | None = None
) -> bytes:
    """The full-integer form of `model`, rounded as it behaves on `images` (pictures, side, side, 3).

    With `training`, batches of images, normalisation makes up for what rounding changes.
    """
    rounded = keras.models.clone_model(model)
    rounded.set_weights(model.get_weights())
    ranges = measure_ranges(rounded, images)
    correct_biases(rounded, images)
    round_kernels(rounded)
    if training is not None:
        train_normalization(model, rounded, ranges, training, QAT_STEPS)
    return convert(rounded, ranges)


def convert(model: keras.Model, ranges: dict[str, tuple[float, float]]) -> bytes:
    """The full-integer model: INT8 (1, side, side, 3) to the INT8 maps (1, cells, cells, outputs + 1).

    Activations get the given ranges, weights one scale a channel.
    """
    # A Keras model's own input has a free batch size, which would make every tensor dynamic.
    static = with_fake_quant(model, ranges, batch=1)
    maps = keras.Model(static.input, static.get_layer("maps_rounded").output)
    converter = tf.lite.TFLiteConverter.from_keras_model(maps)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    # Keras prints the signature of what it saves on the way, every tensor of it.
    with redirect_stdout(io.StringIO()):
        content: bytes = converter.convert()
    return content


def compare(rows: list[Row], real: NDArray[np.float32], int8: NDArray[np.float32]) -> dict[str, Any]:
    """How often both logits (pictures, views, outputs) name the same output, by source, worst first.

    By one view, which shows the most of rounding, and by all views as the device takes them.
    """
    sources = np.array([row.source for row in rows])
    one = _likeliest(real[:, :1]) == _likeliest(int8[:, :1])
    all_views = _likeliest(real) == _likeliest(int8)
    by_source = {
        str(source): {
            "pictures": int((sources == source).sum()),
            "agreement": round(float(one[sources == source].mean()), 4),
            "combined_agreement": round(float(all_views[sources == source].mean()), 4),
        }
        for source in np.unique(sources)
    }
    return {
        "agreement": round(float(one.mean()), 4),
        "combined_agreement": round(float(all_views.mean()), 4),
        "sources": dict(sorted(by_source.items(), key=lambda item: item[1]["combined_agreement"])),
    }


def check(figures: dict[str, Any]) -> None:
    """Raise QuantizationError when `figures` from `compare` are outside the bounds."""
    if figures["agreement"] < LEAST_AGREEMENT:
        raise QuantizationError(
            f"INT8 agrees with float on {figures['agreement']:.1%} of pictures "
            f"(at least {LEAST_AGREEMENT:.0%} is needed); train longer and try again"
        )


def _likeliest(logits: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.asarray(decision.combine(logits, 1.0).argmax(axis=-1))


def _compared(rows: list[Row]) -> NDArray[np.int64]:
    """Up to `COMPARED_A_SOURCE` pictures of each source that nothing of the rounding has seen."""
    by_source: dict[str, list[int]] = {}
    for index in np.random.default_rng(_SEED).permutation(len(rows)):
        row: Row = rows[index]
        if row.role == "validation" or (row.part == "left_out" and row.label != NO_DERMOSCOPY):
            by_source.setdefault(row.source, []).append(int(index))
    return np.array(sorted(i for own in by_source.values() for i in own[:COMPARED_A_SOURCE]))


def _training_images(data: DataSet, side: int) -> tf.data.Dataset:
    """Augmented training pictures, rare classes and sources more often than they come."""
    members = np.flatnonzero([row.role == "train" for row in data.rows])
    chosen = Sampler(data.pictures, members, Balance(), _SEED).epoch(0, QAT_STEPS * _BATCH)
    augment = augmentation(_SEED, _STRENGTH)

    def batches() -> Iterator[NDArray[np.uint8]]:
        for start in range(0, len(chosen), _BATCH):
            yield at_side(data.pictures.fields[chosen[start : start + _BATCH]], side)

    signature = tf.TensorSpec((_BATCH, side, side, 3), tf.uint8)
    return (
        tf.data.Dataset.from_generator(batches, output_signature=signature)
        .map(lambda images: augment(tf.cast(images, tf.float32) / 255, training=True) * 2 - 1)
        .prefetch(2)
    )
