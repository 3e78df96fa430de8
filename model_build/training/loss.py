"""What a batch's answers are held to."""

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from model_build.training.sampling import NO_LESION, Indices, Pictures

FOREIGN_WEIGHT = 0.5
"""How much knowing a picture without a dermatoscope weighs beside the classes."""


def targets(
    pictures: Pictures,
    chosen: Indices,
    log_priors: NDArray[np.float32],
    soft: NDArray[np.float32] | None,
    share: float,
) -> NDArray[np.float32]:
    """What the loss needs of each of the pictures `chosen`, in one array (batch, 2 n + 1), n outputs.

    The shares of the outputs; the log of how often the picture's source shows each; and 1 for a
    picture without a dermatoscope, else 0. With `soft`, logits (pictures, n) of networks that
    never saw the picture, their answer takes a `share` of the target: distillation, Hinton et
    al. 2015, arXiv:1503.02531, section 2, under the priors of the picture's source.
    """
    outputs, prior = pictures.outputs[chosen], log_priors[pictures.sources[chosen]]
    hard = np.eye(len(pictures.names), dtype=np.float32)[np.maximum(outputs, 0)]
    foreign = (outputs == NO_LESION).astype(np.float32)[:, None]
    if soft is not None:
        hard = (1 - share) * hard + share * _softmax(soft[chosen] + prior)
    return np.concatenate([hard * (1 - foreign), prior, foreign], axis=1)


def loss(wanted: Any, answers: Any) -> Any:
    """Cross-entropy over the outputs under the source's priors, and that of the foreign map.

    `wanted` comes from `targets`; `answers` are logits (batch, n + 1), the foreign one last.
    A picture without a dermatoscope has no class, and says nothing of them.
    """
    count = answers.shape[1] - 1
    share, prior, foreign = wanted[:, :count], wanted[:, count : 2 * count], wanted[:, 2 * count]
    classes = -ops.sum(share * ops.log_softmax(answers[:, :count] + prior), axis=-1)
    score = answers[:, count]
    refusal = ops.softplus(score) - foreign * score
    return classes + FOREIGN_WEIGHT * refusal


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
