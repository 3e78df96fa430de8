"""What the model says of every picture of a part, in all views: asked once, then kept."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from device.classifier import Classifier, decision, read_maps
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import scale_field
from device.classifier.views import VIEWS, turn
from device.examination import CLASSES
from model_build import network, split
from model_build.errors import BuildError
from model_build.progress import progress
from model_build.split import Row
from model_build.steps import Step
from model_build.workspace import Workspace

Said = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Logits (pictures, views, 7) and foreign scores (pictures, views)."""
Fields = NDArray[np.uint8]

_BATCH = 32
_UNCALIBRATED = decision.Rules(
    temperature=1.0,
    refer_at=0.5,
    abstain_below=0.0,
    foreign_above=np.inf,
    include_from=(0.0,) * len(CLASSES),
)


@dataclass(frozen=True)
class Answers:
    """Logits float32 (pictures, views, 7), foreign scores (pictures, views) and class indices (pictures,)."""

    logits: NDArray[np.float32]
    foreign: NDArray[np.float32]
    labels: NDArray[np.int64]
    rows: list[Row]
    path: Path

    @property
    def lesions(self) -> list[str]:
        """The lesion of each picture, for intervals by lesion."""
        return [row.lesion_id for row in self.rows]


def int8_answers(workspace: Workspace, part: str) -> Answers:
    """The INT8 model's answers, by the device's own classifier."""
    workspace.require(workspace.quantization, "quantize")
    step = kept(workspace, part, "int8")
    return _ask_once(step, part, lambda fields: ask_int8(workspace.tflite, fields))


def float_answers(workspace: Workspace, part: str) -> Answers:
    """The float model's answers."""
    workspace.require(workspace.weights, "train")
    step = kept(workspace, part, "float")
    return _ask_once(step, part, lambda fields: ask_float(network.load_finished(workspace), fields))


def kept(workspace: Workspace, part: str, form: str) -> Step:
    """What the "int8" or the "float" model says of a part, as a step: its file is all that it makes."""
    models = {"int8": [workspace.tflite], "float": [workspace.weights, workspace.foreign]}
    return Step(
        workspace,
        f"answers-{part}-{form}",
        reads=[
            workspace.require(workspace.split, "dataset"),
            workspace.require(workspace.fields, "dataset"),
            *(path for path in models[form] if path.exists()),
        ],
        makes=[workspace.answers / f"{part}-{form}.npz"],
        code=["answers.py"],
        quiet=True,
    )


def ask_int8(tflite: Path, fields: Fields) -> Said:
    """What the INT8 model says of each field, by the device's own classifier."""
    classifier = Classifier(Interpreter(tflite), _UNCALIBRATED, "")
    said = [read_maps(classifier.maps(field)) for field in progress(fields, "INT8")]
    return np.stack([logits for logits, _ in said]), np.stack([foreign for _, foreign in said])


def ask_float(model: keras.Model, fields: Fields, views: int = VIEWS) -> Said:
    """What the float model says of each field in its first `views` orientations."""
    scores = np.stack(
        [
            np.concatenate(
                [
                    model(scale_field(np.stack([turn(field, view) for field in batch])), training=False)
                    for batch in np.split(fields, range(_BATCH, len(fields), _BATCH))
                ]
            )
            for view in progress(range(views), "float", unit="view")
        ],
        axis=1,
    )
    return scores[..., : len(CLASSES)], scores[..., len(CLASSES)]


def _ask_once(step: Step, part: str, ask: Callable[[Fields], Said]) -> Answers:
    workspace = step.workspace
    (path,) = step.makes
    rows = split.read(workspace.split)
    members = [index for index, row in enumerate(rows) if row.role == part]
    if not members:
        raise BuildError(f"{workspace.split}: no picture is for {part}; give --data more pictures")
    if not step.is_done():
        fields = np.load(workspace.fields, mmap_mode="r")
        logits, foreign = ask(fields[members])
        path.parent.mkdir(exist_ok=True)
        with path.with_suffix(".part").open("wb") as file:
            np.savez(file, logits=logits, foreign=foreign)
        path.with_suffix(".part").replace(path)
        step.finish()
    labels = np.array([CLASSES.index(rows[index].label) for index in members])
    with np.load(path) as said:
        return Answers(said["logits"], said["foreign"], labels, [rows[index] for index in members], path)
