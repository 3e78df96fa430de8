"""The `calibrate` step: temperature and thresholds, from answers on pictures that were not learnt from."""

import math
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from device.classifier import decision
from model_build import split
from model_build.answers import Answers, ask_kept, validation_answers
from model_build.errors import BuildError
from model_build.sources.diagnoses import NO_DERMOSCOPY
from model_build.steps import DECISION, Step
from model_build.workspace import Workspace, read_json, write_json

REFER_SENSITIVITY = 0.97
"""The share of malignant pictures that the refer threshold must catch in the worst source.

Two points more than the 95 % that are aimed at, for clinics that nothing was calibrated on.
"""
FOREIGN_SHARE = 0.02
"""The share of pictures that may be refused as if they showed no lesion, in the worst source."""
ABSTAIN_SHARE = 0.01
"""The share of pictures, the least sure ones, whose class the device won't name."""
SET_ERROR = 0.10
"""The share of each class's pictures whose prediction set may lack it, in every source if it is malignant."""
LEAST_OF_A_SOURCE = 80
"""Pictures from which a source has a say of its own."""

_LEAST_OF_A_CELL = LEAST_OF_A_SOURCE // 4
"""The same for what only its malignant pictures, or those of one class, decide."""
_LEAST_FOR_A_SET = math.ceil(1 / SET_ERROR) - 1
"""Pictures of a class from which `set_threshold` rules anything out."""
_TEMPERATURES = np.geomspace(0.25, 8, 200)
_FOREIGN_EACH = 400
_SEED = 17


def calibrate(workspace: Workspace) -> None:
    """Fit the rules on a fold that the network had not learnt from, and write them down.

    The foreign score is the INT8 model's own: its head was fitted after training and saw none of these
    pictures, though the network below it did in its last epochs, which learn from all folds. Raises
    BuildError when no malignant picture is among them.
    """
    step = Step(
        workspace,
        "calibrate",
        reads=[workspace.split, workspace.validation_answers, workspace.tflite],
        code=["calibrate.py", "answers.py", "prevalence.py", DECISION],
        makes=[workspace.calibration],
    )
    if step.is_done():
        return
    answers = validation_answers(workspace)
    lesions = answers.of((answers.labels >= 0) & np.array([row.part == "train" for row in answers.rows]))
    rules = fit(lesions, fit_foreign(_foreign_answers(workspace)))
    write_json(workspace.calibration, asdict(rules))
    print("\n".join([f"calibrate: {rules}", *_too_few(lesions)]))
    step.finish()


def fit(answers: Answers, foreign_above: float) -> decision.Rules:
    """The rules for answers on lesions; `foreign_above` comes from `fit_foreign`.

    The temperature has the least negative log-likelihood (Guo et al. 2017, arXiv:1706.04599,
    section 4.2), in the mean over sources; the refer threshold is the highest that by itself
    catches `REFER_SENSITIVITY` of the malignant in every large source and of all together; what
    prediction sets refer comes on top. The sets' threshold of a malignant class is that of the source
    where the class is least seen, so that no camera's melanomas are watched more often than
    another's. Under the abstain threshold lie the `ABSTAIN_SHARE` least sure.
    Raises BuildError when no picture is malignant.
    """
    temperature = _fit_temperature(answers)
    joint = decision.combine(answers.logits, temperature)
    malignant = answers.malignant
    if not malignant.any():
        raise BuildError("no picture to calibrate on is malignant; bring data with malignant lesions")
    suspicion = malignancies(joint, answers.classes)
    return decision.Rules(
        temperature=temperature,
        refer_at=min(
            float(np.quantile(suspicion[own & malignant], 1 - REFER_SENSITIVITY, method="lower"))
            for own in [*_sources(answers, malignant, _LEAST_OF_A_CELL), _all(answers)]
        ),
        abstain_below=float(np.quantile(joint.max(axis=1), ABSTAIN_SHARE)),
        foreign_above=foreign_above,
        include_from=tuple(_include_from(answers, joint, output) for output in range(joint.shape[1])),
    )


def fit_foreign(answers: Answers) -> float:
    """The least foreign score that at most `FOREIGN_SHARE` of each large source, and of all, lie over."""
    scores, every = answers.foreign.mean(axis=1), _all(answers)
    return float(
        max(
            np.quantile(scores[own], 1 - FOREIGN_SHARE, method="higher")
            for own in [*_sources(answers, every, LEAST_OF_A_SOURCE), every]
        )
    )


def set_threshold(probabilities: NDArray[np.float64]) -> float:
    """The probability that a new picture's true class reaches with a chance of 1 - `SET_ERROR` or more.

    `probabilities` are those that pictures of one class gave to it. The k-th smallest of n,
    k = floor(`SET_ERROR` (n + 1)); with too few pictures for that, 0, which rules nothing out.
    Vovk 2012, arXiv:1209.2673, section 4.
    """
    rank = int(SET_ERROR * (len(probabilities) + 1))
    return float(np.sort(probabilities)[rank - 1]) if rank else 0.0


def malignancies(joint: NDArray[np.float64], classes: Classes) -> NDArray[np.float64]:
    """The malignancy probability of each of the probabilities (pictures, outputs)."""
    return np.asarray(joint[:, [each.malignant for each in classes.outputs]].sum(axis=1))


def read_rules(workspace: Workspace) -> decision.Rules:
    """The rules that `calibrate` wrote."""
    stored = read_json(workspace.require(workspace.calibration, "calibrate"))
    return decision.Rules(**{**stored, "include_from": tuple(stored["include_from"])})


def _include_from(answers: Answers, joint: NDArray[np.float64], output: int) -> float:
    """The probability from which `output` is in the prediction set."""
    own = answers.labels == output
    is_malignant = answers.classes.outputs[output].malignant
    large = _sources(answers, own, _LEAST_OF_A_CELL) if is_malignant else []
    return min(set_threshold(joint[own & some, output]) for some in [*large, _all(answers)])


def _too_few(answers: Answers) -> list[str]:
    """A sentence for each malignant output of which there are too few pictures for a set threshold."""
    counts = np.bincount(answers.labels, minlength=len(answers.classes.outputs))
    return [
        f"calibrate: only {count} pictures of {each.code} to calibrate on, of the {_LEAST_FOR_A_SET} that it "
        "takes to rule it out: every lesion that a class is named of will be referred; bring more of them"
        for each, count in zip(answers.classes.outputs, counts, strict=True)
        if each.malignant and count < _LEAST_FOR_A_SET
    ]


def _fit_temperature(answers: Answers) -> float:
    picked, every = (np.arange(len(answers.labels)), answers.labels), _all(answers)
    sources = _sources(answers, every, LEAST_OF_A_SOURCE) or [every]

    def likelihood(temperature: float) -> float:
        logs = np.log(np.maximum(decision.combine(answers.logits, temperature)[picked], 1e-12))
        return float(np.mean([logs[own].mean() for own in sources]))

    return float(max(_TEMPERATURES, key=likelihood))


def _sources(answers: Answers, counted: NDArray[np.bool_], least: int) -> list[NDArray[np.bool_]]:
    """The pictures of each source that has `least` or more of those `counted`.

    The worst of them must stand beside `_all`, or smaller sources would have no say.
    """
    owns = [answers.sources == source for source in np.unique(answers.sources)]
    return [own for own in owns if (own & counted).sum() >= least]


def _all(answers: Answers) -> NDArray[np.bool_]:
    return np.ones(len(answers.labels), bool)


def _foreign_answers(workspace: Workspace) -> Answers:
    """The INT8 model's answers on lesions of the calibration fold, the same number of each source at most."""
    rows = split.read(workspace.split)
    by_source: dict[str, list[int]] = {}
    for index in np.random.default_rng(_SEED).permutation(len(rows)):
        if rows[index].role == "validation" and rows[index].label != NO_DERMOSCOPY:
            by_source.setdefault(rows[index].source, []).append(int(index))
    chosen = np.array(sorted(i for own in by_source.values() for i in own[:_FOREIGN_EACH]), np.int64)
    return ask_kept(workspace, "validation", rows, chosen)
