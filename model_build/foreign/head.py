"""One more output of the network, which tells a picture of something else from one of a lesion."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Features = NDArray[np.float32]
"""The mean over the field of the network's last features, shape (pictures, 1280)."""

# Among 1e-4 to 1e-1 hardly anything changes; smaller ones refuse fewer photographs.
_INVERSE_PENALTY = 1e-2
_LEAST_SPREAD = 1e-3


@dataclass(frozen=True)
class Head:
    """A linear score of features; above a threshold, which calibration finds, a picture is foreign."""

    weights: NDArray[np.float32]
    bias: float

    def score(self, features: Features) -> NDArray[np.float32]:
        """One score a picture; a lesion's are low."""
        return np.asarray(features @ self.weights + self.bias, np.float32)

    def save(self, path: Path) -> None:
        """Write the head to `path`, in one step."""
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.savez(file, weights=self.weights, bias=self.bias)
        unfinished.replace(path)


def load(path: Path) -> Head:
    """Read what `save` wrote."""
    with np.load(path) as stored:
        return Head(stored["weights"], float(stored["bias"]))


def fit(lesions: Features, foreign: Features, spread: float = 1.0) -> Head:
    """The head that parts `lesions` from `foreign`; its scores of lesions deviate by `spread`.

    Logistic regression on standardized features, both sides weighing the same. Learnt with
    examples because what classifiers say of themselves does not part the two: the idea of
    outlier exposure, Hendrycks et al. 2019, arXiv:1812.04606, with the network left as it is.
    """
    features = np.concatenate([lesions, foreign])
    mean, deviation = features.mean(axis=0), features.std(axis=0) + _LEAST_SPREAD
    labels = np.repeat([0, 1], [len(lesions), len(foreign)])
    regression = LogisticRegression(C=_INVERSE_PENALTY, class_weight="balanced", max_iter=500)
    regression.fit((features - mean) / deviation, labels)
    weights = regression.coef_[0] / deviation
    bias = float(regression.intercept_[0] - weights @ mean)
    # Features that never change, as a broken network's, have no spread to scale.
    factor = spread / (float((lesions @ weights + bias).std()) or 1.0)
    return Head(np.asarray(weights * factor, np.float32), bias * factor)
