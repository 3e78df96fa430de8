"""From logits to an answer: calibration, malignancy and triage. Pure rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.examination import CLASSES, MALIGNANT, Triage


@dataclass(frozen=True)
class Rules:
    """What calibration found on validation lesions; it travels in the bundle.

    `temperature` above 0 divides the logits; from the malignancy probability `refer_at`
    on (0 to 1) the advice is to refer; a largest probability under `abstain_below`
    (0 to 1) is no answer, and so is a foreign score over `foreign_above`; `include_from`
    holds, for each of `CLASSES`, the probability from which it is in the prediction set.
    """

    temperature: float
    refer_at: float
    abstain_below: float
    foreign_above: float
    include_from: tuple[float, ...]


def calibrate(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Probabilities over the last axis, 0 to 1, that add up to 1.

    Softmax of the logits over one temperature: Guo et al. 2017, arXiv:1706.04599, eq. 9.
    """
    scaled = np.asarray(logits, np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def combine(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Probabilities (..., 7) of several views of one lesion, logits (..., views, 7).

    The mean of the views' calibrated probabilities: the sum rule, Kittler et al. 1998,
    doi:10.1109/34.667881.
    """
    return np.asarray(calibrate(logits, temperature).mean(axis=-2))


def name_classes(probabilities: NDArray[np.float64]) -> dict[str, float]:
    """A probability for each class by name, from a vector in the order of `CLASSES`."""
    return dict(zip(CLASSES, probabilities.tolist(), strict=True))


def malignancy(probabilities: Mapping[str, float]) -> float:
    """The probability of any malignant or pre-malignant class, 0 to 1."""
    return min(1.0, sum(probabilities[label] for label in sorted(MALIGNANT)))


def included(probabilities: NDArray[np.float64], rules: Rules) -> NDArray[np.bool_]:
    """Which classes can't be ruled out, for probabilities (..., 7); the likeliest always is one.

    A class is in when its probability reaches its own threshold, which 90 % of its
    lesions do: class-conditional conformal prediction, Vovk 2012, arXiv:1209.2673,
    section 4; Sadinle et al. 2019, arXiv:1609.00451, section 2.
    """
    likeliest = probabilities == probabilities.max(axis=-1, keepdims=True)
    return np.asarray(likeliest | (probabilities >= np.array(rules.include_from)))


def prediction_set(probabilities: NDArray[np.float64], rules: Rules) -> tuple[str, ...]:
    """The names of the classes that `included` keeps of probabilities (7,), likeliest first."""
    kept = included(probabilities, rules)
    return tuple(CLASSES[index] for index in np.argsort(-probabilities, kind="stable") if kept[index])


def triage(
    probabilities: Mapping[str, float], foreign: bool, rules: Rules, advice: Sequence[str] = ()
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
    suspicion = malignancy(probabilities)
    doubt = (
        (f"No class reaches a probability of {rules.abstain_below:.0%}: the device can't tell which it is.",)
        if max(probabilities.values()) < rules.abstain_below
        else ()
    )
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
