"""Distillation: finished networks tell the one that trains what they see in each picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from device.classifier.preprocess import INPUT_SIDE
from model_build import network
from model_build.augment import Change
from model_build.errors import BuildError
from model_build.workspace import Workspace, read_json

SOFTNESS = 1.5
"""What teachers' logits are divided by: networks of this kind say so much too much on validation lesions."""


@dataclass(frozen=True)
class Teacher:
    """A finished float network, float32 (batch, side, side, 3) to logits (batch, 7)."""

    model: keras.Model

    @classmethod
    def load(cls, root: Path) -> "Teacher":
        """The network of the work folder `root`; raises BuildError when its training isn't finished."""
        workspace = Workspace(root)
        configuration = read_json(workspace.require(workspace.training_record, "train"))["configuration"]
        if configuration["stages"][-1]["side"] != INPUT_SIDE:
            raise BuildError(f"{root}: its network takes smaller pictures; name one that takes the device's")
        model = network.build(None, architecture=configuration["architecture"])
        model.load_weights(workspace.require(workspace.weights, "train"))
        return cls(model)


def taught(teachers: Sequence[Teacher], share: float, prior: NDArray[np.float64]) -> Change:
    """A function that puts the teachers' mean answer in place of a `share` of each target, 0 to 1.

    Hinton et al. 2015, arXiv:1503.02531, section 2. The teachers see the very picture that the
    learner sees, turned and mixed: "consistent teaching", Beyer et al. 2022, arXiv:2106.05237,
    section 3.1. `prior` is how often batches show each class, and belongs into a target.
    """
    log_prior = np.log(np.maximum(prior, 1e-9)).astype(np.float32)

    def teach(images: Any, targets: Any) -> tuple[Any, Any]:
        said = [
            ops.softmax(teacher.model(images, training=False) / SOFTNESS + log_prior) for teacher in teachers
        ]
        return images, (1 - share) * targets + share * ops.mean(ops.stack(said), axis=0)

    return teach
