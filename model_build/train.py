"""The `train` step: the head on a frozen backbone, then nearly the whole network, by stages."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from device.classifier.preprocess import INPUT_SIDE
from model_build import network, plots, split
from model_build.augment import Change, cut_pairs, mix_pairs
from model_build.backbones import BACKBONES
from model_build.balance import TECHNIQUES, sampling_prior
from model_build.batches import plain_batches, training_batches
from model_build.errors import BuildError
from model_build.stage import Stage, read_logs, run_stage
from model_build.teaching import Teacher, taught
from model_build.workspace import Workspace, read_json, write_json


@dataclass(frozen=True)
class Configuration:
    """What a training run depends on; it travels with the bundle.

    `strength` is that of the augmentation, `overlays` the share of pictures with hair over them,
    `mixing` and `cutting` the strengths of mixup and CutMix, and `taught` the share of a target
    that comes from teachers, if there are any. Stages at small pictures, mixup, CutMix, drawn hair,
    teachers and a stronger augmentation (gamma, glare, grain, dark corners, half the resolution)
    were tried and gave no more (results/README.md).
    """

    stages: tuple[Stage, ...] = (
        Stage("head", epochs=1, side=224, rate=6e-4, last_rate=6e-4, learns="head"),
        Stage("fine", epochs=16, side=224, rate=6e-4, last_rate=0.0),
    )
    architecture: str = "mobilenetv2"
    steps_per_epoch: int = 128
    batch: int = 32
    balance: str = "sampling and adjustment"
    strength: float = 1.0
    overlays: float = 0.0
    mixing: float = 0.0
    cutting: float = 0.0
    taught: float = 0.0
    weight_decay: float = 4e-2
    averaging: float = 0.995
    seed: int = 20180806

    def __post_init__(self) -> None:
        """Raise BuildError for a name that is not known."""
        for name, known in ((self.architecture, BACKBONES), (self.balance, TECHNIQUES)):
            if name not in known:
                raise BuildError(f"'{name}' is not known; choose one of {', '.join(known)}")

    def with_teachers(self) -> "Configuration":
        """The same for a network that goes on from its first teacher's weights."""
        stages = (Stage("taught", epochs=16, side=INPUT_SIDE, rate=3e-4, last_rate=0.0),)
        return replace(self, stages=stages, mixing=0.4, taught=0.8)

    def cut(self, epochs: int) -> "Configuration":
        """The same with at most so many epochs a stage: a run to try things out."""
        return replace(self, stages=tuple(replace(s, epochs=min(s.epochs, epochs)) for s in self.stages))

    def at_side(self, side: int) -> "Configuration":
        """The same with pictures of `side` x `side` throughout."""
        return replace(self, stages=tuple(replace(s, side=side) for s in self.stages))


def train(
    workspace: Workspace,
    weights: Path | str | None,
    configuration: Configuration,
    teachers: Sequence[Path] = (),
) -> None:
    """The `train` step; a run that was cut off goes on with the epoch it was in.

    `weights` are ImageNet's, as `network.build` takes them. With `teachers`, the work folders of
    finished trainings, the network starts as the first of them instead and learns from all.
    """
    if workspace.training_record.exists():
        print(f"train: done before ({workspace.training_record})")
        return
    rows = split.read(workspace.require(workspace.split, "dataset"))
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    keras.utils.set_random_seed(configuration.seed)
    workspace.training.mkdir(parents=True, exist_ok=True)

    masters = [Teacher.load(root) for root in teachers]
    parameters = _run_stages(workspace, weights, configuration, rows, fields, masters)
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
    teachers: list[Teacher],
) -> list[Any]:
    """The parameters after the last stage."""
    labels = split.labels_of(rows)
    parts = np.array([row.role for row in rows])
    technique = TECHNIQUES[configuration.balance]
    prior = sampling_prior(labels[parts == "train"], technique.sampling_power)
    parameters: list[Any] | None = teachers[0].model.get_weights() if teachers else None
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
            overlays=configuration.overlays,
            strength=configuration.strength,
            seed=configuration.seed + number,
            changes=_changes(configuration, teachers, prior, configuration.seed + number),
        )
        validation = plain_batches(
            fields, labels, np.flatnonzero(parts == "validation"), batch=configuration.batch, side=stage.side
        )
        run_stage(stage, model, training, validation, technique, prior, configuration, workspace.training)
        parameters = model.get_weights()
    assert parameters is not None
    return parameters


def _changes(
    configuration: Configuration, teachers: list[Teacher], prior: NDArray[np.float64], seed: int
) -> list[Change]:
    """What is done to batches of augmented pictures; teachers come last, to see what the learner sees."""
    changes: list[Change] = []
    if configuration.mixing:
        changes.append(mix_pairs(configuration.mixing, seed))
    if configuration.cutting:
        changes.append(cut_pairs(configuration.cutting, seed))
    if teachers:
        changes.append(taught(teachers, configuration.taught, prior))
    return changes
