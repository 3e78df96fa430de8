"""One stage of training: some layers, one picture size, one course of the learning rate."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from device.examination import CLASSES
from model_build import network
from model_build.balance import Balance, BalancedAccuracy, BalancedLoss

if TYPE_CHECKING:
    from model_build.train import Configuration


@dataclass(frozen=True)
class Stage:
    """`epochs` at pictures of `side` x `side`; the rate falls from `rate` to `last_rate`."""

    name: str
    epochs: int
    side: int
    rate: float
    last_rate: float
    learns: Literal["head", "most"] = "most"


def run_stage(
    stage: Stage,
    model: keras.Model,
    training: tf.data.Dataset,
    validation: tf.data.Dataset,
    technique: Balance,
    prior: NDArray[np.float64],
    configuration: "Configuration",
    folder: Path,
) -> None:
    """Train `model` and leave it with the weights of the stage's best epoch; resumes within the stage."""
    best, log, finished = (folder / f"{stage.name}.{suffix}" for suffix in ("weights.h5", "csv", "done"))
    if finished.exists():
        model.load_weights(best)
        return
    network.set_trained(model, stage.learns)
    optimizer = keras.optimizers.AdamW(
        rate_at(stage, 0),
        weight_decay=configuration.weight_decay,
        use_ema=True,
        ema_momentum=configuration.averaging,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer=optimizer,
        loss=BalancedLoss(technique, prior),
        metrics=[
            BalancedAccuracy(len(CLASSES), name="balanced_accuracy"),
            keras.metrics.TopKCategoricalAccuracy(3, name="top3"),
        ],
        # XLA makes this network several times slower on a CPU.
        jit_compile=False,
    )
    model.fit(
        training,
        validation_data=validation,
        epochs=stage.epochs,
        steps_per_epoch=configuration.steps_per_epoch,
        verbose=2,
        callbacks=[
            # The plateau's halvings and the cosine multiply, so neither undoes the other.
            keras.callbacks.LearningRateScheduler(lambda epoch, now: now * _step(stage, epoch)),
            # By the loss: over 15 validation pictures of df, balanced accuracy is too noisy to steer by.
            keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=3, verbose=1),
            # The backup must hold the running weights, what follows the averaged ones.
            keras.callbacks.BackupAndRestore(folder / f"{stage.name}.backup"),
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            keras.callbacks.ModelCheckpoint(
                best,
                monitor="val_balanced_accuracy",
                mode="max",
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=best_so_far(log),
                verbose=1,
            ),
            keras.callbacks.CSVLogger(log, append=True),
        ],
    )
    model.load_weights(best)
    finished.touch()


def rate_at(stage: Stage, epoch: int) -> float:
    """The learning rate: one epoch of warm-up at 0.3 of `rate`, then half a cosine towards `last_rate`.

    Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts.
    """
    if epoch == 0 and stage.epochs > 1:
        return 0.3 * stage.rate
    done = (epoch - 1) / max(stage.epochs - 1, 1)
    return stage.last_rate + (stage.rate - stage.last_rate) * (1 + math.cos(math.pi * done)) / 2


def read_logs(folder: Path, stages: tuple[Stage, ...]) -> dict[str, NDArray[Any]]:
    """What each epoch of all `stages` measured, by name, one value an epoch."""
    logs = [_read_log(folder / f"{stage.name}.csv") for stage in stages]
    return {name: np.concatenate([log[name] for log in logs]) for name in logs[-1]}


def _step(stage: Stage, epoch: int) -> float:
    return rate_at(stage, epoch) / rate_at(stage, epoch - 1) if epoch else 1.0


def best_so_far(log: Path) -> float | None:
    """The best validation balanced accuracy that a stage reached until now, 0 to 1, or None."""
    # A run that was cut off in its first epoch leaves an empty log.
    begun = log.exists() and log.stat().st_size > 0
    return float(np.max(_read_log(log)["val_balanced_accuracy"])) if begun else None


def _read_log(log: Path) -> dict[str, NDArray[Any]]:
    table = np.atleast_1d(np.genfromtxt(log, delimiter=",", names=True))
    return {name: table[name] for name in table.dtype.names or ()}
