"""Seven classes of which one is 58 times another: sampling, loss and the figure to go by."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from device.examination import CLASSES


@dataclass(frozen=True)
class Balance:
    """A technique against imbalance.

    `sampling_power`: a class's share of the batches is in proportion to this power of its
    count; 1 is nature's, 0 gives equal shares (the idea: Mahajan et al. 2018,
    arXiv:1805.00932, section 2.2). `adjusted`: the log of the sampling prior is added to the
    logits inside the loss and so is not in the network, whose largest logit then serves the
    mean recall (Menon et al. 2021, arXiv:2007.07314, eq. 10 with tau 1; the same as balanced
    softmax, Ren et al. 2020, arXiv:2007.10740, eq. 3). `weighted`: each class weighs the
    inverse of its share. `focus`: gamma of the focal loss (Lin et al. 2017, arXiv:1708.02002,
    eq. 4), 0 for cross-entropy.
    """

    sampling_power: float = 1.0
    adjusted: bool = False
    weighted: bool = False
    focus: float = 0.0


TECHNIQUES = {
    "none": Balance(),
    "balanced sampling": Balance(sampling_power=0),
    "class weights": Balance(weighted=True),
    "focal loss": Balance(focus=2),
    "logit adjustment": Balance(adjusted=True),
    # Between nature's shares, in which rare classes are hardly seen, and equal ones, in which
    # the 80 pictures of df are learnt by heart.
    "sampling and adjustment": Balance(sampling_power=0.75, adjusted=True),
}


def sampling_prior(labels: NDArray[np.int64], power: float) -> NDArray[np.float64]:
    """The share of each class among training batches; a class without a picture gets 0."""
    counts = np.bincount(labels, minlength=len(CLASSES))
    shares = np.where(counts > 0, np.maximum(counts, 1.0) ** power, 0)
    return np.asarray(shares / shares.sum(), np.float64)


class BalancedLoss(keras.losses.Loss):
    """The loss of a technique on batches that were drawn with `prior`."""

    def __init__(self, technique: Balance, prior: NDArray[np.float64]) -> None:
        super().__init__(name="balanced_loss")
        known = np.maximum(prior, 1e-9)
        flat = np.ones(len(prior))
        self.log_prior = np.log(known if technique.adjusted else flat).astype(np.float32)
        weights = 1 / known if technique.weighted else flat
        self.weights = (weights / (prior * weights).sum()).astype(np.float32)
        self.focus = technique.focus

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """`y_true` shares of the classes, `y_pred` logits, both (batch, 7)."""
        log_likely = ops.log_softmax(y_pred + self.log_prior)
        focused = (1 - ops.exp(log_likely)) ** self.focus if self.focus else 1.0
        return -ops.sum(y_true * self.weights * focused * log_likely, axis=-1)


class BalancedAccuracy(keras.metrics.Metric):
    """The mean of the recalls of all classes that were seen."""

    def __init__(self, classes: int, name: str = "balanced_accuracy") -> None:
        super().__init__(name=name)
        self.classes = classes
        self.hits = self.add_weight(name="hits", shape=(classes,), initializer="zeros")
        self.seen = self.add_weight(name="seen", shape=(classes,), initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Shares of the classes and logits, both (batch, classes); the largest share is the truth."""
        truth = ops.one_hot(ops.argmax(y_true, axis=-1), self.classes)
        answer = ops.one_hot(ops.argmax(y_pred, axis=-1), self.classes)
        self.hits.assign_add(ops.sum(truth * answer, axis=0))
        self.seen.assign_add(ops.sum(truth, axis=0))

    def result(self) -> Any:
        """A scalar, 0 to 1."""
        recalls = ops.divide_no_nan(self.hits, self.seen)
        return ops.divide_no_nan(ops.sum(recalls), ops.sum(ops.cast(self.seen > 0, "float32")))
