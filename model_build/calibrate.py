"""Temperature and thresholds, from the INT8 model's answers on validation lesions."""

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from device.classifier import decision
from device.examination import CLASSES, MALIGNANT
from model_build.answers import int8_answers
from model_build.workspace import Workspace, read_json, write_json

REFER_SENSITIVITY = 0.95
"""The share of malignant validation pictures that the refer threshold must catch."""
ABSTAIN_SHARE = 0.05
"""The share of validation pictures, the least sure ones, whose class the device won't name."""

_TEMPERATURES = np.geomspace(0.25, 8, 400)
_MALIGNANT = [CLASSES.index(label) for label in sorted(MALIGNANT)]


def calibrate(workspace: Workspace) -> None:
    """The `calibrate` step: fit the rules on validation pictures and write them down."""
    if workspace.calibration.exists():
        print(f"calibrate: done before ({workspace.calibration})")
        return
    answers = int8_answers(workspace, "validation")
    rules = fit(answers.logits, answers.labels)
    write_json(workspace.calibration, asdict(rules))
    print(f"calibrate: {rules}")


def fit(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> decision.Rules:
    """The rules for `logits` of shape (pictures, 7) and class indices `labels`.

    The temperature has the least negative log-likelihood (Guo et al. 2017,
    arXiv:1706.04599, section 4.2); the refer threshold is the highest that catches
    `REFER_SENSITIVITY` of the malignant; under the abstain threshold lie the
    `ABSTAIN_SHARE` least sure.
    """
    picked = np.arange(len(labels)), labels
    likelihoods = [
        np.log(np.maximum(decision.calibrate(logits, t)[picked], 1e-12)).mean() for t in _TEMPERATURES
    ]
    temperature = float(_TEMPERATURES[int(np.argmax(likelihoods))])
    probabilities = decision.calibrate(logits, temperature)
    suspicion = probabilities[:, _MALIGNANT].sum(axis=1)
    malignant = np.isin(labels, _MALIGNANT)
    return decision.Rules(
        temperature=temperature,
        refer_at=float(np.quantile(suspicion[malignant], 1 - REFER_SENSITIVITY, method="lower")),
        abstain_below=float(np.quantile(probabilities.max(axis=1), ABSTAIN_SHARE)),
    )


def read_rules(workspace: Workspace) -> decision.Rules:
    """The rules that `calibrate` wrote."""
    return decision.Rules(**read_json(workspace.require(workspace.calibration, "calibrate")))
