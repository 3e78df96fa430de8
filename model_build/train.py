"""Two stages: the head on a frozen backbone, then nearly the whole network."""

import math
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from device.classifier.preprocess import scale_field
from device.examination import CLASSES
from model_build import network, plots, split
from model_build.augment import augmentation
from model_build.balance import BalancedAccuracy, LogitAdjustedLoss, sampling_prior
from model_build.workspace import Workspace, read_json, write_json


@dataclass(frozen=True)
class Configuration:
    """What a training run depends on; it travels with the bundle."""

    head_epochs: int = 1
    epochs: int = 16
    steps_per_epoch: int = 128
    batch: int = 32
    head_rate: float = 2e-3
    rate: float = 6e-4
    weight_decay: float = 4e-2
    averaging: float = 0.995
    seed: int = 20180806


def train(workspace: Workspace, weights: Path | str | None, configuration: Configuration) -> None:
    """The `train` step; a run that was cut off goes on with the epoch it was in."""
    if workspace.training_record.exists():
        print(f"train: done before ({workspace.training_record})")
        return
    rows = split.read(workspace.require(workspace.split, "dataset"))
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")
    keras.utils.set_random_seed(configuration.seed)
    workspace.training.mkdir(parents=True, exist_ok=True)

    labels = np.array([CLASSES.index(row.label) for row in rows])
    parts = np.array([row.part for row in rows])
    prior = sampling_prior(labels[parts == "train"])
    training = training_batches(fields, labels, np.flatnonzero(parts == "train"), prior, configuration)
    validation = plain_batches(fields, labels, np.flatnonzero(parts == "validation"), configuration.batch)

    model = network.build(weights)
    network.freeze_backbone(model)
    _run_stage(
        "head",
        model,
        training,
        validation,
        prior,
        configuration.head_epochs,
        configuration.head_rate,
        configuration,
        workspace,
    )
    network.thaw(model)
    _run_stage(
        "whole",
        model,
        training,
        validation,
        prior,
        configuration.epochs,
        configuration.rate,
        configuration,
        workspace,
    )
    history = _read_history(workspace.training)
    plots.learning_curves(history, configuration.head_epochs, workspace.plots / "learning_curves.png")
    model.load_weights(_best(workspace.training, "whole"))
    model.save_weights(workspace.weights)
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


def training_batches(
    fields: NDArray[np.uint8],
    labels: NDArray[np.int64],
    members: NDArray[np.int64],
    prior: NDArray[np.float64],
    configuration: Configuration,
) -> tf.data.Dataset:
    """Endless augmented batches in which class c makes up the share `prior[c]`."""
    augment = augmentation(configuration.seed)
    return (
        tf.data.Dataset.from_generator(
            lambda: _endless(labels, members, prior, configuration.seed),
            output_signature=tf.TensorSpec((), tf.int64),
        )
        .batch(configuration.batch)
        .map(_loader(fields, labels))
        .map(lambda images, targets: (augment(images, training=True), targets))
        .prefetch(4)
    )


def plain_batches(
    fields: NDArray[np.uint8], labels: NDArray[np.int64], members: NDArray[np.int64], batch: int
) -> tf.data.Dataset:
    """The pictures `members` as they are, once, in order."""
    return tf.data.Dataset.from_tensor_slices(members).batch(batch).map(_loader(fields, labels)).prefetch(2)


def rate_shape(epoch: int, epochs: int) -> float:
    """The learning rate as a share of its peak: one epoch of warm-up, then half a cosine to nearly nothing.

    Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts.
    """
    if epoch == 0:
        return 0.3
    return 0.5 * (1 + math.cos(math.pi * (epoch - 1) / max(epochs - 1, 1)))


def _run_stage(
    name: str,
    model: keras.Model,
    training: tf.data.Dataset,
    validation: tf.data.Dataset,
    prior: NDArray[np.float64],
    epochs: int,
    rate: float,
    configuration: Configuration,
    workspace: Workspace,
) -> None:
    folder = workspace.training
    best, log, finished = _best(folder, name), folder / f"{name}.csv", folder / f"{name}.done"
    if finished.exists():
        model.load_weights(best)
        return
    optimizer = keras.optimizers.AdamW(
        rate * rate_shape(0, epochs),
        weight_decay=configuration.weight_decay,
        use_ema=True,
        ema_momentum=configuration.averaging,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer=optimizer,
        loss=LogitAdjustedLoss(prior),
        metrics=[
            BalancedAccuracy(len(CLASSES), name="balanced_accuracy"),
            keras.metrics.SparseTopKCategoricalAccuracy(3, name="top3"),
        ],
        # XLA makes this network several times slower on a CPU.
        jit_compile=False,
    )
    model.fit(
        training,
        validation_data=validation,
        epochs=epochs,
        steps_per_epoch=configuration.steps_per_epoch,
        verbose=2,
        callbacks=[
            # The plateau's halvings and the cosine multiply, so neither undoes the other.
            keras.callbacks.LearningRateScheduler(lambda epoch, now: now * _step(epoch, epochs)),
            # By the loss: over 15 validation pictures of df, balanced accuracy is too noisy to steer by.
            keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=3, verbose=1),
            # The backup must hold the running weights, what follows the averaged ones.
            keras.callbacks.BackupAndRestore(folder / f"{name}.backup"),
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            keras.callbacks.ModelCheckpoint(
                best,
                monitor="val_balanced_accuracy",
                mode="max",
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=_best_so_far(log),
                verbose=1,
            ),
            keras.callbacks.CSVLogger(log, append=True),
        ],
    )
    model.load_weights(best)
    finished.touch()


def _step(epoch: int, epochs: int) -> float:
    return rate_shape(epoch, epochs) / rate_shape(epoch - 1, epochs) if epoch else 1.0


def _best(folder: Path, stage: str) -> Path:
    return folder / f"{stage}.weights.h5"


def _best_so_far(log: Path) -> float | None:
    return float(np.max(_read_log(log)["val_balanced_accuracy"])) if log.exists() else None


def _read_log(log: Path) -> dict[str, NDArray[Any]]:
    table = np.atleast_1d(np.genfromtxt(log, delimiter=",", names=True))
    return {name: table[name] for name in table.dtype.names or ()}


def _read_history(folder: Path) -> dict[str, NDArray[Any]]:
    stages = [_read_log(folder / f"{name}.csv") for name in ("head", "whole")]
    return {name: np.concatenate([stage[name] for stage in stages]) for name in stages[1]}


def _loader(fields: NDArray[np.uint8], labels: NDArray[np.int64]) -> Any:
    def read(indices: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        return scale_field(fields[indices]), labels[indices]

    def load(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, targets = tf.numpy_function(read, [indices], (tf.float32, tf.int64))
        images.set_shape((None, *network.INPUT_SHAPE))
        targets.set_shape((None,))
        return images, targets

    return load


def _endless(
    labels: NDArray[np.int64], members: NDArray[np.int64], prior: NDArray[np.float64], seed: int
) -> Iterator[int]:
    """Indices without end; within a class every picture comes once before any comes again."""
    random = np.random.default_rng(seed)
    decks: dict[int, list[int]] = {}
    while True:
        label = int(random.choice(len(prior), p=prior))
        if not decks.get(label):
            decks[label] = random.permutation(members[labels[members] == label]).tolist()
        yield decks[label].pop()
