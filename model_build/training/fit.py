"""One training run: its stages one after the other, each resumed within itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from model_build.training import cluster, network
from model_build.training.configuration import Configuration, Stage
from model_build.training.loader import Batches, at_side
from model_build.training.loss import loss, targets
from model_build.training.sampling import Indices, Pictures, Sampler


@dataclass(frozen=True)
class TrainingSet:
    """What a run learns from: the pictures `members` of a data set, and what other networks say of them.

    `soft` holds logits (pictures, outputs), or None.
    """

    pictures: Pictures
    members: Indices
    soft: NDArray[np.float32] | None = None


def fit(
    folder: Path,
    configuration: Configuration,
    stages: Sequence[Stage],
    training_set: TrainingSet,
    start: Path | str | list[Any] | None,
) -> keras.Model:
    """Train a network by `stages` in `folder`, going on where an earlier try was cut off, and return it.

    It starts from ImageNet's weights, as `network.build` takes them, or from the parameters of a
    network of the same form; it gives a logit for each of the pictures' names, then the foreign
    one, in single precision.
    """
    keras.utils.set_random_seed(configuration.seed)
    folder.mkdir(parents=True, exist_ok=True)
    make_at = partial(make, configuration, training_set.pictures)
    done = max((n for n, each in enumerate(stages, 1) if _finished(folder, each).exists()), default=0)
    model = make_at(stages[max(done - 1, 0)].side, None if done or isinstance(start, list) else start)
    if done:
        model.load_weights(_finished(folder, stages[done - 1]))
    elif isinstance(start, list):
        model.set_weights(start)
    keras.config.set_dtype_policy(configuration.precision)
    try:
        for number in range(done, len(stages)):
            model = _copy(model, make_at(stages[number].side, None))
            seed = configuration.seed + 100 * number
            _run_stage(stages[number], model, configuration, training_set, seed, folder)
    finally:
        keras.config.set_dtype_policy("float32")
    return _copy(model, make_at(stages[-1].side, None))


def read_history(folder: Path, stages: Sequence[Stage]) -> dict[str, NDArray[np.float64]]:
    """What each epoch of all stages measured, by name, one value an epoch."""
    logs = [
        np.atleast_1d(np.genfromtxt(folder / f"{stage.name}.csv", delimiter=",", names=True))
        for stage in stages
    ]
    return {name: np.concatenate([log[name] for log in logs]) for name in logs[-1].dtype.names or ()}


def make(
    configuration: Configuration, pictures: Pictures, side: int, weights: Path | str | None
) -> keras.Model:
    """The network of a configuration for these pictures' names, and the foreign map."""
    outputs = len(pictures.names) + 1
    return network.build(weights, side, outputs, configuration.architecture, configuration.dropout)


def _copy(source: keras.Model, target: keras.Model) -> keras.Model:
    """`target`, at another side or in another precision, with the weights of `source`."""
    target.set_weights(source.get_weights())
    return target


def _finished(folder: Path, stage: Stage) -> Path:
    return folder / f"{stage.name}.weights.h5"


def _run_stage(
    stage: Stage,
    model: keras.Model,
    configuration: Configuration,
    training_set: TrainingSet,
    seed: int,
    folder: Path,
) -> None:
    """Train `model` in place, and keep its weights."""
    network.set_trained(model, stage.learns)
    training = network.with_augmentation(model, seed, configuration.strength)
    compile_for(stage, configuration, training)
    batches = batches_of(stage, configuration, training_set, seed)
    training.fit(
        batches,
        epochs=stage.epochs,
        shuffle=False,
        verbose=2,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.show(epoch)),
            cluster.Checkpoints(folder / f"{stage.name}.backup"),
            cluster.Log(folder / f"{stage.name}.csv"),
        ],
    )
    # Keras leaves the averaged weights in the network when fit ends.
    cluster.save_weights(model, _finished(folder, stage))


def compile_for(stage: Stage, configuration: Configuration, model: keras.Model) -> None:
    """Give `model` the optimizer of a stage, and the loss."""
    model.compile(optimizer=_optimizer(stage, configuration), loss=loss, jit_compile=_compiles())


def batches_of(stage: Stage, configuration: Configuration, training_set: TrainingSet, seed: int) -> Batches:
    """The batches of a stage, at its side."""
    sampler = Sampler(training_set.pictures, training_set.members, configuration.balance, seed)
    size = configuration.steps_per_epoch * configuration.batch
    share = configuration.distilled if training_set.soft is not None else 0.0
    wanted: Callable[[Indices], NDArray[np.float32]] = partial(
        targets, training_set.pictures, log_priors=sampler.log_priors, soft=training_set.soft, share=share
    )
    return Batches(
        at_side(training_set.pictures.fields, stage.side),
        lambda epoch: sampler.epoch(epoch, size),
        wanted,
        batch=configuration.batch,
        **cluster.part(),
    )


def _optimizer(stage: Stage, configuration: Configuration) -> keras.optimizers.Optimizer:
    steps = stage.epochs * configuration.steps_per_epoch
    warm_up = round(stage.warm_up * steps)
    rate = keras.optimizers.schedules.CosineDecay(
        stage.rate / 10 if warm_up else stage.rate,
        steps - warm_up,
        warmup_target=stage.rate if warm_up else None,
        warmup_steps=warm_up,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=configuration.weight_decay,
        use_ema=True,
        ema_momentum=min(configuration.averaging, 1 - 5 / max(steps, 10)),
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _compiles() -> bool:
    # XLA is all that JAX has; it makes this network several times slower for TensorFlow on a CPU.
    return bool(keras.config.backend() == "jax")
