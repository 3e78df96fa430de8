"""How far examiners, the device and confirmed diagnoses agree."""

import pytest

from device.agreement import cohens_kappa, measure_agreement
from device.examination import Triage
from device.records.values import Reading

REFER, WATCH, NO_ANSWER = Triage.REFER, Triage.WATCH, Triage.NO_ANSWER


def reading(number, said, found, malignant=None, label="", blind=True, reader="Anna"):
    return Reading(f"e{number}", f"l{number}", reader, said, label, blind, found, "mel", malignant)


def test_who_was_right_is_told_of_both_on_the_same_lesions():
    found = measure_agreement(
        [
            reading(1, REFER, REFER, True),
            reading(2, REFER, WATCH, True),
            reading(3, WATCH, REFER, False),
            reading(4, WATCH, WATCH, False),
            reading(5, REFER, REFER, False),
            reading(6, WATCH, WATCH),
        ]
    )
    assert found.table == {"refer": {"refer": 2, "watch": 1}, "watch": {"refer": 1, "watch": 2}}
    assert found.same_triage.value == pytest.approx(4 / 6)
    assert found.confirmed == 5
    assert (found.examiner_sensitivity.value, found.device_sensitivity.value) == (1, 0.5)
    assert found.examiner_specificity.value == pytest.approx(2 / 3)
    assert found.device_specificity.value == pytest.approx(1 / 3)
    counts = found.both_right, found.examiner_alone_right, found.device_alone_right, found.neither_right
    assert counts == (2, 2, 0, 1)


def test_an_opinion_that_may_have_followed_the_device_does_not_count():
    found = measure_agreement([reading(1, WATCH, REFER, blind=False)])
    assert (found.opinions, found.same_triage, found.kappa) == (0, None, None)


def test_a_mind_that_was_changed_counts_as_it_was_first():
    found = measure_agreement([reading(1, WATCH, REFER), reading(1, REFER, REFER)])
    assert (found.opinions, found.same_triage.value) == (1, 0)


def test_who_can_not_tell_neither_agrees_nor_differs():
    found = measure_agreement([reading(1, NO_ANSWER, REFER), reading(2, REFER, NO_ANSWER)])
    assert (found.opinions, found.decided, found.same_triage) == (2, 0, None)


def test_the_class_is_held_against_the_likeliest():
    found = measure_agreement([reading(1, REFER, REFER, label="mel"), reading(2, REFER, REFER, label="nv")])
    assert (found.same_class.value, found.same_class.of) == (0.5, 2)


def test_kappa_leaves_out_what_chance_makes_the_same():
    # Cohen's own way of counting: 0.7 the same, 0.5 by chance.
    pairs = 35 * [(REFER, REFER)] + 15 * [(REFER, WATCH)] + 15 * [(WATCH, REFER)] + 35 * [(WATCH, WATCH)]
    assert cohens_kappa(pairs) == pytest.approx(0.4)
    assert cohens_kappa([(REFER, REFER)]) is None
    assert cohens_kappa([]) is None
