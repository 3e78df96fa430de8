"""From logits to an answer: calibration, malignancy and triage. Pure rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.classes import Classes
from device.examination import Finding, Triage
from device.message import Message


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
    classes: Classes

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
    return Answer(
        finding.probabilities, finding.beside, finding.prediction_set, finding.malignancy, finding.classes
    )


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
        classes,
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
    answer: Answer, foreign: bool, rules: Rules, advice: Sequence[Message] = ()
) -> tuple[Triage, tuple[Message, ...]]:
    """What to do next, and why.

    Pictures with `advice` to the hand are taken again, and `foreign` ones get no answer. A
    malignancy probability that reaches the threshold is referred, however unsure the class: a
    missed melanoma costs most. For the same reason *watch* never stands beside a prediction set
    that names something malignant, and a fault of the picture hides no suspicion. docs/decision.md
    has the medical reasoning.
    """
    suspicion = () if foreign else _suspicion(answer, rules)
    if advice:
        last = Message("no_better_refer" if suspicion else "no_better_see_doctor")
        return Triage.RETAKE, (*advice, *suspicion, last)
    if foreign:
        return Triage.NO_ANSWER, (Message("foreign"),)
    doubt = _doubt(answer, rules)
    if suspicion:
        return Triage.REFER, (*suspicion, *doubt)
    if doubt:
        return Triage.NO_ANSWER, doubt
    return Triage.WATCH, (_beside_threshold("below_threshold", answer, rules),)


def reaches_threshold(joint: NDArray[np.float64], classes: Classes, rules: Rules) -> NDArray[np.bool_]:
    """Which lesions are referred by their malignancy probability, for probabilities (..., outputs)."""
    malignant = [output.malignant for output in classes.outputs]
    return np.asarray(joint[..., malignant].sum(axis=-1) >= rules.refer_at)


def leaves_malignant(joint: NDArray[np.float64], classes: Classes, rules: Rules) -> NDArray[np.bool_]:
    """Which lesions are referred because something malignant is in the prediction set, though unlikely.

    Of probabilities (..., outputs). Those without an answer are not among them: `triage` says so.
    """
    malignant = [output.malignant for output in classes.outputs]
    named = included(joint, rules)[..., malignant].any(axis=-1)
    return np.asarray(named & ~reaches_threshold(joint, classes, rules) & ~in_doubt(joint, classes, rules))


def in_doubt(joint: NDArray[np.float64], classes: Classes, rules: Rules) -> NDArray[np.bool_]:
    """Of which lesions no class can be named, for probabilities (..., outputs)."""
    highest = joint[..., : len(classes.named)].max(axis=-1)
    beside = joint[..., len(classes.named) :].sum(axis=-1)
    return np.asarray((beside > highest) | (highest < rules.abstain_below))


def _suspicion(answer: Answer, rules: Rules) -> tuple[Message, ...]:
    """Why a dermatologist should see it; empty when nothing speaks for that."""
    if answer.malignancy >= rules.refer_at:
        return (_beside_threshold("over_threshold", answer, rules),)
    left = [each.names for each in map(answer.classes.get, answer.prediction_set) if each and each.malignant]
    if left and not _doubt(answer, rules):
        return (_beside_threshold("not_ruled_out", answer, rules, classes=left),)
    return ()


def _beside_threshold(code: str, answer: Answer, rules: Rules, **values: object) -> Message:
    return Message(code, malignancy=answer.malignancy, threshold=rules.refer_at, **values)


def _doubt(answer: Answer, rules: Rules) -> tuple[Message, ...]:
    """Why no class can be named; empty when one can."""
    if answer.none_of_them > answer.highest:
        return (Message("none_of_the_classes", count=len(answer.probabilities)),)
    if answer.highest < rules.abstain_below:
        return (Message("no_class_likely", least=rules.abstain_below),)
    return ()
