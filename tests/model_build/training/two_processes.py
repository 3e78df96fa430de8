"""One process of a training in two: `python -m tests.model_build.training.two_processes FOLDER`."""

import sys
from pathlib import Path

import keras
import numpy as np

from model_build.training import cluster
from model_build.training.configuration import Configuration, Stage
from model_build.training.fit import TrainingSet, fit
from model_build.training.sampling import Pictures

STAGE = Stage("full", epochs=2, side=64, rate=1e-3, learns="head")
CONFIGURATION = Configuration(
    stages=(STAGE,), last=STAGE, steps_per_epoch=2, batch=8, strength=0.0, dropout=0.0
)


def train(folder: Path) -> None:
    """Train on noise, and save the weights and what the network says of four pictures."""
    cluster.join()
    random = np.random.default_rng(7)
    fields = random.integers(0, 256, (24, 64, 64, 3), np.uint8)
    pictures = Pictures(fields, np.arange(24) % 3, np.arange(24) % 2, ("a", "b", "c"))
    keras.utils.set_random_seed(1)
    network = fit(folder / "train", CONFIGURATION, [STAGE], TrainingSet(pictures, np.arange(24)), None)
    name = "first" if cluster.is_first() else "second"
    np.savez(folder / f"{name}.npz", *network.get_weights())


if __name__ == "__main__":
    train(Path(sys.argv[1]))
