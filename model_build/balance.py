"""Seven classes of which one is 58 times another: sampling, loss and the figure to go by."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from device.examination import CLASSES

SAMPLING_POWER = 0.75


def sampling_prior(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of each class among training batches: in proportion to a power of its count.

    Between nature's shares (rare classes are hardly seen) and equal ones (the 80 pictures
    of df are learnt by heart); with the power 1/2 validation loss rose from the eighth epoch on.
    The idea: Mahajan et al. 2018, arXiv:1805.00932, section 2.2. A class without a picture gets 0.
    """
    shares = np.bincount(labels, minlength=len(CLASSES)) ** SAMPLING_POWER
    return np.asarray(shares / shares.sum(), np.float64)


class LogitAdjustedLoss(keras.losses.Loss):
    """Cross-entropy on logits to which the log of the sampling prior is added.

    The prior is in the loss and so not in the network, whose largest logit then serves
    the mean recall over classes. Menon et al. 2021, arXiv:2007.07314, eq. 10 with tau 1.
    """

    def __init__(self, prior: NDArray[np.float64]) -> None:
        super().__init__(name="logit_adjusted")
        self.log_prior = np.log(np.maximum(prior, 1e-9)).astype(np.float32)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """`y_true` class indices (batch,), `y_pred` logits (batch, 7)."""
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred + self.log_prior, from_logits=True)


class BalancedAccuracy(keras.metrics.Metric):
    """The mean of the recalls of all classes that were seen."""

    def __init__(self, classes: int, name: str = "balanced_accuracy") -> None:
        super().__init__(name=name)
        self.classes = classes
        self.hits = self.add_weight(name="hits", shape=(classes,), initializer="zeros")
        self.seen = self.add_weight(name="seen", shape=(classes,), initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """`y_true` class indices (batch,), `y_pred` logits (batch, classes); weights are not used."""
        truth = ops.one_hot(ops.cast(ops.reshape(y_true, (-1,)), "int32"), self.classes)
        answer = ops.one_hot(ops.argmax(y_pred, axis=-1), self.classes)
        self.hits.assign_add(ops.sum(truth * answer, axis=0))
        self.seen.assign_add(ops.sum(truth, axis=0))

    def result(self) -> Any:
        """A scalar, 0 to 1."""
        recalls = ops.divide_no_nan(self.hits, self.seen)
        return ops.divide_no_nan(ops.sum(recalls), ops.sum(ops.cast(self.seen > 0, "float32")))
