"""The `measure` command: what one training run is worth, on validation lesions, as one small file."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from device.classifier import decision
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import scale_field
from device.settings import SHIPPED
from model_build import metrics, network, split
from model_build.answers import ask_float, ask_int8
from model_build.batches import shrink
from model_build.foreign.head import Head
from model_build.quantize import representatives, to_int8
from model_build.workspace import Workspace, read_json, write_json

PART = "validation"

_TIMED = 200
_BATCH = 32

Fields = NDArray[np.uint8]


def measure(workspace: Workspace, group: str, name: str, results: Path, with_int8: bool) -> None:
    """Write `results`/`group`/`name`.json: accuracies of the finished training run, and of its INT8 model.

    Choices are made by these figures, so they come from validation lesions, never from held-out ones.
    """
    record = read_json(workspace.require(workspace.training_record, "train"))
    configuration = record["configuration"]
    side = configuration["stages"][-1]["side"]
    rows = split.read(workspace.require(workspace.split, "dataset"))
    members = [index for index, row in enumerate(rows) if row.role == PART]
    labels, lesions = split.labels_of(rows)[members], [rows[index].lesion_id for index in members]
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    seen = at_side(fields[members], side)
    model = _with_empty_head(workspace, side, configuration.get("architecture", "mobilenetv2"))

    def of(logits: NDArray[np.float32]) -> dict[str, Any]:
        return _figures(labels, decision.combine(logits, 1.0), lesions)

    logits, _ = ask_float(model, seen, views=1)
    figures = {"group": group, "name": name, "part": PART, "pictures": len(members), "side": side}
    figures |= {"configuration": configuration, "float": of(logits)}
    if with_int8:
        images = scale_field(at_side(fields[representatives(rows)], side))
        with tempfile.TemporaryDirectory() as folder:
            tflite = Path(folder) / "model.tflite"
            tflite.write_bytes(to_int8(model, images))
            rounded, _ = ask_int8(tflite, seen)
            figures |= {
                "int8": of(rounded[:, :1]),
                "eight_views": of(rounded),
                "agreement": float(np.mean(logits[:, 0].argmax(axis=1) == rounded[:, 0].argmax(axis=1))),
                "bytes": tflite.stat().st_size,
                **_time(tflite, seen[0]),
            }
    path = results / group / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, figures)
    print(f"measure: {path}: {figures['float']['balanced_accuracy']}")


def at_side(fields: Fields, side: int) -> Fields:
    """Fields at `side` x `side` as training saw them, rounded."""
    batches = [np.asarray(fields[start : start + _BATCH]) for start in range(0, len(fields), _BATCH)]
    shrunk = [ops.convert_to_numpy(shrink(batch.astype(np.float32), side)) for batch in batches]
    return np.concatenate([np.clip(np.rint(batch), 0, 255).astype(np.uint8) for batch in shrunk])


def _with_empty_head(workspace: Workspace, side: int, architecture: str) -> keras.Model:
    """The network as the device takes it; the foreign map, which these figures don't ask, is empty."""
    model = network.build(None, side, architecture)
    model.load_weights(workspace.weights)
    width = model.get_layer("maps").input.shape[-1]
    return network.add_foreign(model, Head(np.zeros(width, np.float32), 0.0))


def _figures(
    labels: metrics.Labels, probabilities: metrics.Probabilities, lesions: list[str]
) -> dict[str, dict[str, float]]:
    named = {"balanced_accuracy": metrics.balanced_accuracy, "macro_auroc": metrics.macro_auroc}
    return {
        name: metrics.with_interval(figure, labels, probabilities, lesions) for name, figure in named.items()
    }


def _time(tflite: Path, field: Fields) -> dict[str, float]:
    """Median milliseconds of an inference, and that over the shipped model's, taken in turns."""
    shipped = Interpreter(SHIPPED / "bundle" / "model.tflite")
    own = Interpreter(tflite)
    runs = [_inference(own, field), _inference(shipped, np.zeros((224, 224, 3), np.uint8))]
    taken = np.array([[_milliseconds(run) for run in runs] for _ in range(_TIMED)])
    milliseconds, reference = np.median(taken, axis=0)
    return {
        "milliseconds": round(float(milliseconds), 3),
        "of_shipped": round(float(milliseconds / reference), 3),
    }


def _inference(interpreter: Interpreter, field: Fields) -> Callable[[], Any]:
    tensor = interpreter.quantize(field)
    return lambda: interpreter.invoke(tensor)


def _milliseconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000
