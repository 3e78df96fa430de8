"""The step `train`: the network that is shipped."""

import hashlib
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import DESCRIPTION
from model_build import plots, split
from model_build.backbones import require_weights
from model_build.errors import BuildError
from model_build.outputs import classes_of
from model_build.packing import packed
from model_build.split import FOLDS, VALIDATION_FOLD, Row
from model_build.steps import FOLD_STEPS, Step, check
from model_build.training import cluster
from model_build.training.configuration import Configuration
from model_build.training.fit import TrainingSet, fit, make, read_history
from model_build.training.folds import answers_file, fit_fold, read_answers
from model_build.training.sampling import NO_LESION, Indices, Pictures
from model_build.workspace import Workspace, read_json, write_json

TRAINING_CODE = ("training", "backbones", "outputs.py")
"""What a training run depends on, below model_build."""


@dataclass(frozen=True)
class DataSet:
    """What the `dataset` step made, as training takes it: the pictures, and each one's fold, else -1."""

    rows: list[Row]
    pictures: Pictures
    fold_of: Indices

    @classmethod
    def read(cls, workspace: Workspace) -> "DataSet":
        """The pictures of a work folder."""
        rows = split.read(workspace.require(workspace.split, "dataset"))
        fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
        folds = np.array([int(row.fold) if row.part == "train" else -1 for row in rows])
        return cls(rows, as_pictures(rows, fields, classes_of(workspace, rows).output_codes), folds)

    def without(self, fold: int) -> Indices:
        """The pictures that are trained on when `fold` is not."""
        return np.flatnonzero((self.fold_of >= 0) & (self.fold_of != fold))

    def asked(self, fold: int) -> Indices:
        """The pictures of `fold`, and those of sources that are left out of all training."""
        left_out = np.array([row.part == "left_out" for row in self.rows])
        return np.flatnonzero((self.fold_of == fold) | left_out)


def train(workspace: Workspace, weights: Path | str, configuration: Configuration) -> None:
    """The `train` step; a run that was cut off goes on with the epoch it was in.

    `weights` are ImageNet's, as `network.build` takes them. Raises BuildError when the work
    folder holds a run of another configuration.
    """
    step = Step(
        workspace,
        "train",
        reads=[workspace.split, workspace.dataset, *answers_of_folds(workspace, configuration)],
        options=training_options(workspace, weights, configuration),
        code=TRAINING_CODE,
        makes=[workspace.weights, workspace.training_record, workspace.validation_answers],
        leavings=[workspace.training],
        costly=True,
    )
    if step.is_done():
        return
    cluster.join()
    data = DataSet.read(workspace)
    parameters = fit_fold(
        workspace.training / _name(VALIDATION_FOLD),
        weights,
        configuration,
        TrainingSet(
            data.pictures, data.without(VALIDATION_FOLD), soft_targets(workspace, configuration, data)
        ),
        data.asked(VALIDATION_FOLD),
    )
    everything = TrainingSet(data.pictures, np.flatnonzero(data.fold_of >= 0))
    network = fit(workspace.training, configuration, [configuration.last], everything, parameters)
    cluster.save_weights(network, workspace.weights)
    if cluster.is_first():
        _record(workspace, configuration, data)
        step.finish()


def training_options(
    workspace: Workspace, weights: Path | str, configuration: Configuration
) -> dict[str, Any]:
    """All that a training was given beside the split, for its record. Raises BuildError without the weights.

    `weights` of a file are known by its SHA-256: another file may have its name.
    """
    if isinstance(weights, Path):
        require_weights(weights)
        weights = hashlib.sha256(weights.read_bytes()).hexdigest()
    return {
        "configuration": configuration.to_json(),
        "weights": weights,
        "preprocessing": DESCRIPTION,
        **packed(workspace),
    }


def load_network(workspace: Workspace) -> keras.Model:
    """The float network of a finished training."""
    record = read_json(workspace.require(workspace.training_record, "train"))
    pictures = DataSet.read(workspace).pictures
    side, architecture = record["configuration"]["last"]["side"], record["configuration"]["architecture"]
    model = make(Configuration(architecture=architecture), pictures, side, None)
    model.load_weights(workspace.require(workspace.weights, "train"))
    return model


def as_pictures(rows: Sequence[Row], fields: NDArray[np.uint8], names: Sequence[str]) -> Pictures:
    """The rows as training takes them; a source's close-ups without a dermatoscope count as a source.

    Otherwise the source would say how likely its pictures are to be close-ups.
    """
    place = {name: number for number, name in enumerate(names)}
    outputs = np.array([place.get(row.label, NO_LESION) for row in rows])
    origins = [(row.source, bool(output == NO_LESION)) for row, output in zip(rows, outputs, strict=True)]
    number = {origin: index for index, origin in enumerate(sorted(set(origins)))}
    return Pictures(fields, outputs, np.array([number[origin] for origin in origins]), tuple(names))


def answers_of_folds(workspace: Workspace, configuration: Configuration) -> list[Path]:
    """The files that a run learns from beside the labels. Raises BuildError unless the folds are finished."""
    if not configuration.distilled:
        return []
    check(workspace, FOLD_STEPS)
    return [answers_file(fold_folder(workspace, fold)) for fold in range(FOLDS)]


def soft_targets(
    workspace: Workspace, configuration: Configuration, data: DataSet
) -> NDArray[np.float32] | None:
    """What the networks of the folds say of each picture, or None for a run that isn't `distilled`.

    Raises BuildError when a training picture has no answer.
    """
    if not configuration.distilled:
        return None
    answers, said = read_answers((fold_folder(workspace, fold) for fold in range(FOLDS)), len(data.rows))
    if missing := int((said[data.fold_of >= 0] == 0).sum()):
        raise BuildError(
            f"{workspace.folds}: {missing} training pictures have no answer; "
            "run `dermapoint-build folds --again folds`"
        )
    return np.asarray(answers[..., : len(data.pictures.names)].mean(axis=1), np.float32)


def fold_folder(workspace: Workspace, fold: int) -> Path:
    """Where the command `folds` keeps the network that never saw `fold`."""
    return workspace.folds / _name(fold)


def _name(fold: int) -> str:
    return f"without-{fold}"


def _record(workspace: Workspace, configuration: Configuration, data: DataSet) -> None:
    stages = (*configuration.stages, configuration.last)
    first = read_history(workspace.training / _name(VALIDATION_FOLD), configuration.stages)
    last = read_history(workspace.training, [configuration.last])
    history = {name: np.concatenate([first[name], last[name]]) for name in last}
    boundaries = np.cumsum([stage.epochs for stage in stages])[:-1]
    plots.learning_curves(history, boundaries, workspace.plots / "learning_curves.png")
    write_json(
        workspace.training_record,
        run_record(workspace, configuration, data.pictures.names)
        | {"history": {name: [round(float(v), 5) for v in values] for name, values in history.items()}},
    )


def run_record(workspace: Workspace, configuration: Configuration, outputs: Sequence[str]) -> dict[str, Any]:
    """What a finished run of this process was made with."""
    backend = keras.config.backend()
    return {
        "configuration": configuration.to_json(),
        "outputs": list(outputs),
        "backend": backend,
        "versions": {name: version(name) for name in ("keras", backend, "numpy")}
        | {"python": platform.python_version()},
        "processes": int(os.environ.get(cluster.COUNT, "1")),
        "split_sha256": read_json(workspace.dataset)["split_sha256"],
    }
