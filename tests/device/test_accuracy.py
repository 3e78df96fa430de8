"""The device's own accuracy, from what was confirmed."""

import pytest

from device.accuracy import FEW_LESIONS, wilson
from device.accuracy import measure as measure_for
from device.classes import HAM10000
from device.examination import Triage
from device.records.values import OTHER, Confirmation, Outcome


def outcome(lesion, diagnosis, likeliest, triage=Triage.REFER, malignancy=0.5):
    return Outcome(lesion, diagnosis, Confirmation.HISTOPATHOLOGY, triage, likeliest, malignancy, "model")


def measure(outcomes):
    return measure_for(outcomes, HAM10000)


def test_wilson_agrees_with_the_published_example():
    # Newcombe 1998, Stat. Med. 17:857, table I: 81 of 263 by the score method.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson(1, 1)[1] == 1


def test_figures_of_a_small_clinic():
    accuracy = measure(
        [
            outcome("a", "mel", "mel", malignancy=0.9),
            outcome("b", "mel", "nv", Triage.WATCH, malignancy=0.1),
            outcome("c", "nv", "nv", Triage.WATCH, malignancy=0.1),
            outcome("d", "nv", "nv", Triage.WATCH, malignancy=0.05),
            outcome("e", OTHER, "bkl", Triage.REFER, malignancy=0.3),
            outcome("f", "bcc", "bcc", Triage.RETAKE),
            outcome("f", "bcc", "bcc", Triage.NO_ANSWER),
        ]
    )
    assert (accuracy.lesions, accuracy.examinations, accuracy.judged) == (6, 7, 5)
    assert accuracy.confusion["mel"]["nv"] == 1
    assert accuracy.confusion[OTHER]["bkl"] == 1
    assert accuracy.recall["mel"].value == 0.5
    assert accuracy.recall["bcc"] is None
    assert accuracy.balanced_accuracy == pytest.approx((0.5 + 1.0) / 2)
    assert (accuracy.sensitivity.value, accuracy.specificity.value) == (0.5, pytest.approx(2 / 3))
    assert accuracy.by_triage == {"refer": 2, "watch": 3, "retake": 1, "no answer": 1}
    assert accuracy.few


def test_many_pictures_of_one_lesion_make_nothing_surer():
    once = measure([outcome("a", "mel", "mel")])
    often = measure([outcome("a", "mel", "mel")] * 50)
    assert often.sensitivity.of == 50
    assert (often.sensitivity.low, often.sensitivity.high) == (once.sensitivity.low, once.sensitivity.high)


def test_the_bins_of_the_calibration_hold_every_probability():
    accuracy = measure([outcome(str(n), "mel", "mel", malignancy=n / 10) for n in range(11)])
    assert sum(each.malignant.of for each in accuracy.calibration) == 11
    assert all(each.start <= each.mean <= each.end for each in accuracy.calibration)


def test_nothing_confirmed_is_no_figure():
    accuracy = measure([])
    assert accuracy.balanced_accuracy is accuracy.sensitivity is accuracy.specificity is None
    assert accuracy.calibration == ()


def test_enough_lesions_are_no_longer_few():
    assert not measure([outcome(str(n), "nv", "nv") for n in range(FEW_LESIONS)]).few
