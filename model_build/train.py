"""The `train` step: the head on a frozen backbone, then nearly the whole network, by stages."""

import platform
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from device.examination import CLASSES
from model_build import network, plots, split
from model_build.backbones import BACKBONES
from model_build.balance import TECHNIQUES, sampling_prior
from model_build.batches import plain_batches, training_batches
from model_build.errors import BuildError
from model_build.stage import Stage, read_logs, run_stage
from model_build.workspace import Workspace, read_json, write_json


@dataclass(frozen=True)
class Configuration:
    """What a training run depends on; it travels with the bundle.

    `mixing` is the strength of mixup and `strength` that of the augmentation. Stages at small
    pictures, mixup and a stronger augmentation (gamma, glare, grain, dark corners, half the
    resolution) were tried and gave less (results/README.md).
    """

    stages: tuple[Stage, ...] = (
        Stage("head", epochs=1, side=224, rate=6e-4, last_rate=6e-4, learns="head"),
        Stage("fine", epochs=16, side=224, rate=6e-4, last_rate=0.0),
    )
    architecture: str = "mobilenetv2"
    steps_per_epoch: int = 128
    batch: int = 32
    balance: str = "sampling and adjustment"
    mixing: float = 0.0
    strength: float = 1.0
    weight_decay: float = 4e-2
    averaging: float = 0.995
    seed: int = 20180806

    def __post_init__(self) -> None:
        """Raise BuildError for a name that is not known."""
        for name, known in ((self.architecture, BACKBONES), (self.balance, TECHNIQUES)):
            if name not in known:
                raise BuildError(f"'{name}' is not known; choose one of {', '.join(known)}")

    def cut(self, epochs: int) -> "Configuration":
        """The same with at most so many epochs a stage: a run to try things out."""
        return replace(self, stages=tuple(replace(s, epochs=min(s.epochs, epochs)) for s in self.stages))


def train(workspace: Workspace, weights: Path | str | None, configuration: Configuration) -> None:
    """The `train` step; a run that was cut off goes on with the epoch it was in."""
    if workspace.training_record.exists():
        print(f"train: done before ({workspace.training_record})")
        return
    rows = split.read(workspace.require(workspace.split, "dataset"))
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    keras.utils.set_random_seed(configuration.seed)
    workspace.training.mkdir(parents=True, exist_ok=True)

    parameters = _run_stages(workspace, weights, configuration, rows, fields)
    model = network.build(None, configuration.stages[-1].side, configuration.architecture)
    model.set_weights(parameters)
    model.save_weights(workspace.weights)
    history = read_logs(workspace.training, configuration.stages)
    boundaries = np.cumsum([stage.epochs for stage in configuration.stages])[:-1]
    plots.learning_curves(history, boundaries, workspace.plots / "learning_curves.png")
    write_json(
        workspace.training_record,
        {
            "configuration": asdict(configuration),
            "versions": {
                "python": platform.python_version(),
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
                "numpy": np.__version__,
            },
            "split_sha256": read_json(workspace.dataset)["split_sha256"],
            "best_validation_balanced_accuracy": float(np.max(history["val_balanced_accuracy"])),
            "history": {name: [round(float(v), 5) for v in values] for name, values in history.items()},
        },
    )
    print(f"train: best validation balanced accuracy {np.max(history['val_balanced_accuracy']):.3f}")


def _run_stages(
    workspace: Workspace,
    weights: Path | str | None,
    configuration: Configuration,
    rows: list[split.Row],
    fields: NDArray[np.uint8],
) -> list[Any]:
    """The parameters after the last stage."""
    labels = np.array([CLASSES.index(row.label) for row in rows])
    parts = np.array([row.part for row in rows])
    technique = TECHNIQUES[configuration.balance]
    prior = sampling_prior(labels[parts == "train"], technique.sampling_power)
    parameters: list[Any] | None = None
    for number, stage in enumerate(configuration.stages):
        model = network.build(weights if parameters is None else None, stage.side, configuration.architecture)
        if parameters is not None:
            model.set_weights(parameters)
        training = training_batches(
            fields,
            labels,
            np.flatnonzero(parts == "train"),
            prior,
            batch=configuration.batch,
            side=stage.side,
            mixing=configuration.mixing,
            strength=configuration.strength,
            seed=configuration.seed + number,
        )
        validation = plain_batches(
            fields, labels, np.flatnonzero(parts == "validation"), batch=configuration.batch, side=stage.side
        )
        run_stage(stage, model, training, validation, technique, prior, configuration, workspace.training)
        parameters = model.get_weights()
    assert parameters is not None
    return parameters
