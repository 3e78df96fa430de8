"""What the model says of every picture of a part: asked once, then kept."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.classifier import Classifier, decision
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import scale_field
from device.examination import CLASSES
from model_build import network, split
from model_build.split import Row
from model_build.workspace import Workspace

_Ask = Callable[[Workspace, NDArray[np.uint8]], NDArray[np.float32]]

_BATCH = 32
_UNCALIBRATED = decision.Rules(temperature=1.0, refer_at=0.5, abstain_below=0.0)


@dataclass(frozen=True)
class Answers:
    """Logits float32 (pictures, 7) and class indices (pictures,), in the split's order, with the rows."""

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    rows: list[Row]

    @property
    def lesions(self) -> list[str]:
        """The lesion of each picture, for intervals by lesion."""
        return [row.lesion_id for row in self.rows]


def int8_answers(workspace: Workspace, part: str) -> Answers:
    """The INT8 model's answers, by the device's own classifier."""
    workspace.require(workspace.quantization, "quantize")
    return _kept(workspace.answers / f"{part}-int8.npz", workspace, part, _ask_int8)


def float_answers(workspace: Workspace, part: str) -> Answers:
    """The float model's answers."""
    workspace.require(workspace.training_record, "train")
    return _kept(workspace.answers / f"{part}-float.npz", workspace, part, _ask_float)


def load_int8(workspace: Workspace) -> Classifier:
    """The device's classifier on the quantized model, without calibration."""
    return Classifier(Interpreter(workspace.require(workspace.tflite, "quantize")), _UNCALIBRATED, "")


def _kept(path: Path, workspace: Workspace, part: str, ask: _Ask) -> Answers:
    rows = split.read(workspace.require(workspace.split, "dataset"))
    members = [index for index, row in enumerate(rows) if row.part == part]
    if not path.exists():
        fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
        path.parent.mkdir(exist_ok=True)
        with path.with_suffix(".part").open("wb") as file:
            np.savez(file, logits=ask(workspace, fields[members]))
        path.with_suffix(".part").replace(path)
    labels = np.array([CLASSES.index(rows[index].label) for index in members])
    return Answers(np.load(path)["logits"], labels, [rows[index] for index in members])


def _ask_int8(workspace: Workspace, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
    classifier = load_int8(workspace)
    return np.stack([classifier.logits(field) for field in fields])


def _ask_float(workspace: Workspace, fields: NDArray[np.uint8]) -> NDArray[np.float32]:
    model = network.build(None)
    model.load_weights(workspace.weights)
    batches = [fields[start : start + _BATCH] for start in range(0, len(fields), _BATCH)]
    return np.concatenate([model(scale_field(batch), training=False).numpy() for batch in batches])
