"""One machine or many: which part of the work is this process's.

Several machines train by Keras's distribution API on JAX's distributed runtime; docs/training.md
has the command. Keras's other backends train on one machine.
"""

import os
import tempfile
from pathlib import Path

import keras

from model_build.errors import BuildError

ADDRESS, NUMBER, COUNT = "DERMAPOINT_COORDINATOR", "DERMAPOINT_PROCESS", "DERMAPOINT_PROCESSES"


def join() -> None:
    """Join the cluster that the environment names, if any, and spread batches over all its devices.

    Raises BuildError when the cluster can't be joined as asked.
    """
    if keras.config.backend() != "jax":
        if os.environ.get(ADDRESS):
            raise BuildError(f"{ADDRESS} is set, and only KERAS_BACKEND=jax trains on several machines")
        return
    import jax

    if address := os.environ.get(ADDRESS):
        jax.distributed.initialize(address, int(os.environ[COUNT]), int(os.environ[NUMBER]))
    if jax.device_count() > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))


def part() -> dict[str, int]:
    """This process's number and how many there are, as the loader takes them."""
    if keras.config.backend() != "jax":
        return {}
    import jax

    return {"process": jax.process_index(), "processes": jax.process_count()}


def is_first() -> bool:
    """Whether this process is the one that writes."""
    return part().get("process", 0) == 0


class Checkpoints(keras.callbacks.BackupAndRestore):
    """The two newest checkpoints in `folder`: every process goes on from them, and the first writes them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, double_checkpoint=True)

    def _save_model(self) -> None:
        if is_first():
            super()._save_model()
        else:
            _save_nowhere(self.model)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Remove the checkpoints of a stage that is finished."""
        if is_first():
            super().on_train_end(logs)


class Log(keras.callbacks.CSVLogger):
    """What each epoch measured, one line an epoch; the first process writes it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path if is_first() else os.devnull, append=True)


def save_weights(model: keras.Model, path: Path) -> None:
    """Write the weights of `model` to `path`, in one step, by the first process; all have to call it."""
    if is_first():
        unfinished = path.with_name(f"part.{path.name}")
        model.save_weights(unfinished)
        unfinished.replace(path)
    else:
        _save_nowhere(model)


def _save_nowhere(model: keras.Model) -> None:
    # Keras makes variables while it saves, and JAX has each made in all processes at once.
    with tempfile.TemporaryDirectory() as folder:
        model.save_weights(Path(folder) / "none.weights.h5")
