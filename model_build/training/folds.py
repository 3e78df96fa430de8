"""Cross-fitting: networks that never saw a fold say what they see in it.

Their answers are what temperature and thresholds are fitted on, what recipes are compared by,
and, by choice, what the final network learns from beside the labels.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from device.classifier.preprocess import scale_field
from device.classifier.views import VIEWS, turn
from model_build.training import cluster
from model_build.training.configuration import Configuration
from model_build.training.fit import TrainingSet, fit
from model_build.training.loader import at_side
from model_build.training.sampling import Indices

Logits = NDArray[np.float32]
"""Shape (pictures, views, outputs + 1), the foreign score last."""

_BATCH = 64


def fit_fold(
    folder: Path,
    weights: Path | str | None,
    configuration: Configuration,
    training_set: TrainingSet,
    asked: Indices,
) -> list[Any]:
    """Train a network, keep what it says of the pictures `asked`, and return its parameters."""
    network = fit(folder, configuration, configuration.stages, training_set, weights)
    kept = answers_file(folder)
    if cluster.is_first() and not kept.exists():
        logits = ask(network, at_side(training_set.pictures.fields[asked], configuration.side))
        unfinished = kept.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.savez(file, pictures=asked, logits=logits)
        unfinished.replace(kept)
    parameters: list[Any] = network.get_weights()
    return parameters


def answers_file(folder: Path) -> Path:
    """Where a network that is trained in `folder` keeps what it says of pictures it never saw."""
    return folder / "answers.npz"


def read_answers(folders: Iterable[Path], count: int) -> tuple[Logits, NDArray[np.int64]]:
    """The mean of what the networks in `folders` say of each of `count` pictures, and how many said it.

    A picture of a fold is answered by one network, one of a source that was left out by all.
    """
    total: Logits | None = None
    said = np.zeros(count, np.int64)
    for folder in folders:
        with np.load(answers_file(folder)) as kept:
            if total is None:
                total = np.zeros((count, *kept["logits"].shape[1:]), np.float32)
            total[kept["pictures"]] += kept["logits"]
            said[kept["pictures"]] += 1
    assert total is not None
    return np.asarray(total / np.maximum(said, 1)[:, None, None], np.float32), said


def ask(network: keras.Model, fields: NDArray[np.uint8], views: int = VIEWS) -> Logits:
    """What the float network says of each field in its first `views` orientations."""
    answers = []
    for start in range(0, len(fields), _BATCH):
        some = fields[start : start + _BATCH]
        with ThreadPoolExecutor() as pool:
            shown = list(pool.map(partial(_turned, some), range(views)))
        said = [network.predict_on_batch(_padded(images))[: len(some)] for images in shown]
        answers.append(np.stack(said, axis=1))
    return np.concatenate(answers).astype(np.float32)


def _turned(fields: NDArray[np.uint8], view: int) -> NDArray[np.float32]:
    return scale_field(np.stack([turn(field, view) for field in fields]))


def _padded(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """A full batch, so that a compiled network is compiled once."""
    return np.pad(images, ((0, _BATCH - len(images)), (0, 0), (0, 0), (0, 0)))
