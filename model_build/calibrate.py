"""Temperature and thresholds, from the INT8 model's answers on validation lesions."""

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from device.classifier import decision
from device.examination import CLASSES, MALIGNANT
from model_build.answers import int8_answers
from model_build.errors import BuildError
from model_build.steps import Step
from model_build.workspace import Workspace, read_json, write_json

REFER_SENSITIVITY = 0.95
"""The share of malignant validation pictures that the refer threshold must catch."""
FOREIGN_SHARE = 0.005
"""The share of validation pictures that may be refused as if they showed no lesion."""
ABSTAIN_SHARE = 0.02
"""The share of validation pictures, the least sure ones, whose class the device won't name."""
SET_ERROR = 0.10
"""The share of each class's pictures whose prediction set may lack the class."""

_TEMPERATURES = np.geomspace(0.25, 8, 400)
_MALIGNANT = [CLASSES.index(label) for label in sorted(MALIGNANT)]


def calibrate(workspace: Workspace) -> None:
    """The `calibrate` step: fit the rules on validation pictures and write them down."""
    answers = int8_answers(workspace, "validation")
    step = Step(
        workspace,
        "calibrate",
        reads=[answers.path, workspace.split],
        makes=[workspace.calibration],
        code=["calibrate.py"],
    )
    if step.is_done():
        return
    _require_both_kinds(answers.labels)
    rules = fit(answers.logits, answers.foreign, answers.labels)
    write_json(workspace.calibration, asdict(rules))
    step.finish()
    print(f"calibrate: {rules}")


def _require_both_kinds(labels: NDArray[np.int64]) -> None:
    malignant = np.isin(labels, _MALIGNANT)
    for there, word in ((malignant, "malignant"), (~malignant, "benign")):
        if not there.any():
            raise BuildError(f"calibrate: no validation picture is {word}; give --data more pictures")


def fit(
    logits: NDArray[np.float32], foreign: NDArray[np.float32], labels: NDArray[np.int64]
) -> decision.Rules:
    """The rules for `logits` (pictures, views, 7), `foreign` (pictures, views) and class indices `labels`.

    The temperature has the least negative log-likelihood (Guo et al. 2017,
    arXiv:1706.04599, section 4.2); the refer threshold is the highest that catches
    `REFER_SENSITIVITY` of the malignant; over the foreign threshold lie `FOREIGN_SHARE` of
    the pictures, under the abstain threshold the `ABSTAIN_SHARE` least sure.
    """
    picked = np.arange(len(labels)), labels
    likelihoods = [
        np.log(np.maximum(decision.combine(logits, t)[picked], 1e-12)).mean() for t in _TEMPERATURES
    ]
    temperature = float(_TEMPERATURES[int(np.argmax(likelihoods))])
    probabilities = decision.combine(logits, temperature)
    suspicion = probabilities[:, _MALIGNANT].sum(axis=1)
    malignant = np.isin(labels, _MALIGNANT)
    return decision.Rules(
        temperature=temperature,
        refer_at=float(np.quantile(suspicion[malignant], 1 - REFER_SENSITIVITY, method="lower")),
        abstain_below=float(np.quantile(probabilities.max(axis=1), ABSTAIN_SHARE)),
        foreign_above=float(np.quantile(foreign.mean(axis=1), 1 - FOREIGN_SHARE)),
        include_from=tuple(set_threshold(probabilities[labels == c, c]) for c in range(len(CLASSES))),
    )


def set_threshold(probabilities: NDArray[np.float64]) -> float:
    """The probability that a new picture's true class reaches with a chance of 1 - `SET_ERROR` or more.

    `probabilities` are those that pictures of one class gave to it. The k-th smallest of n,
    k = floor(`SET_ERROR` (n + 1)); with too few pictures for that, 0, which rules nothing out.
    Vovk 2012, arXiv:1209.2673, section 4.
    """
    rank = int(SET_ERROR * (len(probabilities) + 1))
    return float(np.sort(probabilities)[rank - 1]) if rank else 0.0


def read_rules(workspace: Workspace) -> decision.Rules:
    """The rules that `calibrate` wrote."""
    stored = read_json(workspace.require(workspace.calibration, "calibrate"))
    return decision.Rules(**{**stored, "include_from": tuple(stored["include_from"])})
