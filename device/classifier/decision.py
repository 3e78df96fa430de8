"""From logits to an answer: calibration, malignancy and triage. Pure rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from device.examination import Finding, Triage


@dataclass(frozen=True)
class Rules:
    """What calibration found on validation lesions; it travels in the bundle.

    `temperature` above 0 divides the logits; from the malignancy probability `refer_at`
    on (0 to 1) the advice is to refer; a largest probability under `abstain_below`
    (0 to 1) is no answer, and so is a foreign score over `foreign_above`; `include_from`
    holds, for each output, the probability from which it is in the prediction set.
    """

    temperature: float
    refer_at: float
    abstain_below: float
    foreign_above: float
    include_from: tuple[float, ...]


@dataclass(frozen=True)
class Answer:
    """What a model says of a lesion, before anything follows from it.

    `probabilities` add up to 1 over the named classes, given that the lesion is one of them;
    `beside` holds the probability of each output beside them. `prediction_set` are the codes
    that can't be ruled out, likeliest first, and `malignancy` is 0 to 1.
    """

    probabilities: Mapping[str, float]
    beside: Mapping[str, float]
    prediction_set: tuple[str, ...]
    malignancy: float

    @property
    def none_of_them(self) -> float:
        """The probability that the lesion is of none of the named classes."""
        return min(1.0, sum(self.beside.values()))

    @property
    def highest(self) -> float:
        """The probability of the likeliest named class, whatever is beside."""
        return (1 - self.none_of_them) * max(self.probabilities.values())


def answer_of(finding: Finding) -> Answer:
    """The answer that a finding was made of."""
    return Answer(finding.probabilities, finding.beside, finding.prediction_set, finding.malignancy)


def calibrate(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Probabilities over the last axis, 0 to 1, that add up to 1.

    Softmax of the logits over one temperature: Guo et al. 2017, arXiv:1706.04599, eq. 9.
    """
    scaled = np.asarray(logits, np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def combine(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Probabilities (..., outputs) of several views of one lesion, logits (..., views, outputs).

    The mean of the views' calibrated probabilities: the sum rule, Kittler et al. 1998,
    doi:10.1109/34.667881.
    """
    return np.asarray(calibrate(logits, temperature).mean(axis=-2))


def name_outputs(joint: NDArray[np.float64], classes: Classes, rules: Rules) -> Answer:
    """The answer in probabilities (outputs,) of all outputs, which add up to 1."""
    named, beside = np.split(joint, [len(classes.named)])
    total = named.sum()
    # With nothing left for the named classes, none of them is likelier than another.
    given_named = named / total if total > 0 else np.full(len(named), 1 / len(named))
    return Answer(
        dict(zip(classes.codes, given_named.tolist(), strict=True)),
        dict(zip(classes.beside_codes, beside.tolist(), strict=True)),
        prediction_set(joint, classes, rules),
        malignancy(joint, classes),
    )


def malignancy(joint: NDArray[np.float64], classes: Classes) -> float:
    """The probability of anything malignant or pre-malignant, 0 to 1, of probabilities (outputs,)."""
    malignant = [output.malignant for output in classes.outputs]
    return min(1.0, float(joint[malignant].sum()))


def included(joint: NDArray[np.float64], rules: Rules) -> NDArray[np.bool_]:
    """Which outputs can't be ruled out, for probabilities (..., outputs); the likeliest always is one.

    A class is in when its probability reaches its own threshold, which 90 % of its
    lesions do: class-conditional conformal prediction, Vovk 2012, arXiv:1209.2673,
    section 4; Sadinle et al. 2019, arXiv:1609.00451, section 2.
    """
    likeliest = joint == joint.max(axis=-1, keepdims=True)
    return np.asarray(likeliest | (joint >= np.array(rules.include_from)))


def prediction_set(joint: NDArray[np.float64], classes: Classes, rules: Rules) -> tuple[str, ...]:
    """The codes of the outputs that `included` keeps of probabilities (outputs,), likeliest first."""
    kept = included(joint, rules)
    return tuple(classes.output_codes[i] for i in np.argsort(-joint, kind="stable") if kept[i])


def triage(
    answer: Answer, foreign: bool, rules: Rules, advice: Sequence[str] = ()
) -> tuple[Triage, tuple[str, ...]]:
    """What to do next, and the plain sentences that say why.

    Pictures with `advice` to the hand are taken again, and `foreign` ones get no answer. A
    malignancy probability that reaches the threshold is referred, however unsure the
    class, and the doubt is said: a missed melanoma costs most.
    """
    if advice:
        return Triage.RETAKE, tuple(advice)
    if foreign:
        return Triage.NO_ANSWER, (
            "This doesn't look like a dermatoscope picture of a lesion: "
            "rest the lens on the skin, over the lesion, and press again.",
        )
    doubt, suspicion = _doubt(answer, rules), answer.malignancy
    if suspicion >= rules.refer_at:
        return Triage.REFER, (
            f"The probability of a malignant or pre-malignant lesion is {suspicion:.0%}; "
            f"from {rules.refer_at:.0%} on a dermatologist should see it.",
            *doubt,
        )
    if doubt:
        return Triage.NO_ANSWER, doubt
    return Triage.WATCH, (
        f"The probability of a malignant or pre-malignant lesion is {suspicion:.0%}, "
        f"below the {rules.refer_at:.0%} from which the device refers.",
    )


def _doubt(answer: Answer, rules: Rules) -> tuple[str, ...]:
    """Why no class can be named; empty when one can."""
    if answer.none_of_them > answer.highest:
        count = len(answer.probabilities)
        return (
            f"It is likelier to be none of the {count} kinds of lesion that the device knows than any one "
            "of them: the device can't tell what it is.",
        )
    if answer.highest < rules.abstain_below:
        return (
            f"No class reaches a probability of {rules.abstain_below:.0%}: "
            "the device can't tell which it is.",
        )
    return ()
