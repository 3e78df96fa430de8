from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from device.classes import HAM10000, PRESET
from device.classifier.decision import (
    Answer,
    Rules,
    calibrate,
    combine,
    leaves_malignant,
    malignancy,
    name_outputs,
    reaches_threshold,
    triage,
)
from device.classifier.decision import prediction_set as prediction_set_of
from device.classifier.saliency import saliency_map
from device.examination import SUSPICIONS, Triage
from device.message import Message

RULES = Rules(
    temperature=1.5,
    refer_at=0.2,
    abstain_below=0.4,
    foreign_above=0.0,
    include_from=(0.1, 0.1, 0.2, 0.05, 0.15, 0.3, 0.01),
)

NINE = replace(RULES, include_from=(*RULES.include_from, 0.1, 0.1))

logits = arrays.arrays(np.float32, 7, elements=st.floats(-50, 50, width=32))


def answer(beside=None, **given):
    """An answer with these probabilities, given as joint ones; the rest is shared by the other classes."""
    beside = beside or {}
    none_of_them = sum(beside.values())
    rest = (1 - none_of_them - sum(given.values())) / (7 - len(given))
    joint = {code: given.get(code, rest) for code in HAM10000.codes} | beside
    malignant = sum(share for code, share in joint.items() if code in PRESET.malignant)
    named = {code: joint[code] / (1 - none_of_them) for code in HAM10000.codes}
    return Answer(named, beside, (max(joint, key=joint.get),), malignant, PRESET)


def prediction_set(joint, rules):
    return prediction_set_of(joint, HAM10000, rules)


@given(logits, st.floats(0.2, 10))
def test_calibration_gives_probabilities_and_keeps_the_order(values, temperature):
    calibrated = calibrate(values, temperature)
    assert calibrated.min() >= 0
    assert calibrated.sum() == pytest.approx(1)
    assert calibrated[values.argmax()] == calibrated.max()


def test_a_higher_temperature_is_less_sure():
    values = np.array([3, 0, 0, 0, 0, 0, 0], np.float32)
    assert calibrate(values, 3.0).max() < calibrate(values, 1.0).max()


def test_probabilities_carry_the_codes_of_their_places():
    named = name_outputs(np.arange(7) / 21, HAM10000, RULES).probabilities
    assert list(named) == ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]
    assert named["mel"] == pytest.approx(4 / 21)


@given(logits)
def test_malignancy_is_mel_bcc_and_akiec(values):
    joint = calibrate(values, 1.0)
    assert malignancy(joint, HAM10000) == pytest.approx(joint[0] + joint[1] + joint[4])
    assert 0 <= malignancy(joint, HAM10000) <= 1


@given(arrays.arrays(np.float32, 9, elements=st.floats(-50, 50, width=32)))
def test_what_is_beside_counts_and_the_named_classes_still_add_up_to_one(values):
    joint = calibrate(values, 1.0)
    said = name_outputs(joint, PRESET, NINE)
    assert sum(said.probabilities.values()) == pytest.approx(1)
    assert said.none_of_them == pytest.approx(joint[7] + joint[8])
    assert said.malignancy == pytest.approx(joint[0] + joint[1] + joint[4] + joint[7])
    assert said.highest == pytest.approx(joint[:7].max(), abs=1e-9)
    assert said.prediction_set[0] == PRESET.output_codes[joint.argmax()]


def test_a_lesion_of_no_named_class_gets_no_answer_and_is_said_to_be_none_of_them():
    triage_, (reason,) = triage(answer({"other_lesion": 0.6, "malignant_other": 0.02}, nv=0.3), False, RULES)
    assert triage_ is Triage.NO_ANSWER
    assert reason == Message("none_of_the_classes", count=7)


def test_a_malignant_lesion_of_no_named_class_is_referred():
    said = answer({"malignant_other": 0.5, "other_lesion": 0.1}, nv=0.35)
    triage_, (first, second) = triage(said, False, RULES)
    assert triage_ is Triage.REFER
    assert first.code == "over_threshold"
    assert second.code == "none_of_the_classes"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (answer(mel=0.2, nv=0.8), Triage.REFER),
        (answer(mel=0.19, nv=0.81), Triage.WATCH),
        (answer(nv=0.95), Triage.WATCH),
        (answer(nv=0.35, bkl=0.33, df=0.3), Triage.NO_ANSWER),
    ],
)
def test_triage(said, expected):
    triage_, reasons = triage(said, False, RULES)
    assert triage_ is expected
    assert reasons


def test_suspicion_outweighs_doubt_about_the_class():
    unsure = answer(mel=0.15, bcc=0.15, akiec=0.1, nv=0.2, bkl=0.2)
    triage_, reasons = triage(unsure, False, RULES)
    assert triage_ is Triage.REFER
    assert reasons[1].code == "no_class_likely"
    assert len(triage(answer(mel=0.9), False, RULES)[1]) == 1


def test_an_unfit_picture_is_taken_again_and_hides_no_suspicion():
    advice = (Message("too_dark"),)
    triage_, reasons = triage(answer(mel=0.99), False, RULES, advice)
    assert triage_ is Triage.RETAKE
    assert [reason.code for reason in reasons] == ["too_dark", "over_threshold", "no_better_refer"]
    triage_, reasons = triage(answer(nv=0.99), False, RULES, advice)
    assert triage_ is Triage.RETAKE
    assert [reason.code for reason in reasons] == ["too_dark", "no_better_see_doctor"]
    # Of what is no lesion, nothing is said.
    assert len(triage(answer(mel=0.99), True, RULES, advice)[1]) == 2


def test_what_names_something_malignant_is_referred_though_it_is_unlikely():
    said = replace(answer(nv=0.9), prediction_set=("nv", "mel"))
    triage_, (reason,) = triage(said, False, RULES)
    assert triage_ is Triage.REFER
    assert reason.code == "not_ruled_out"
    assert reason.values["classes"][0]["de"] == "Melanom"


shares = arrays.arrays(np.float64, 9, elements=st.floats(1e-6, 1))
limits = st.floats(0.01, 0.99)


@settings(deadline=None)
@given(shares, limits, limits, arrays.arrays(np.float64, 9, elements=st.floats(0, 1)), st.booleans())
def test_watch_never_stands_beside_a_set_with_something_malignant(values, refer_at, abstain, include, faulty):
    joint, rules = values / values.sum(), Rules(1.0, refer_at, abstain, 0.0, tuple(include))
    said = name_outputs(joint, PRESET, rules)
    triage_, reasons = triage(said, False, rules, (Message("glare"),) if faulty else ())
    suspicious = bool({reason.code for reason in reasons} & SUSPICIONS)
    named = PRESET.malignant & set(said.prediction_set)
    assert not (triage_ is Triage.WATCH and named)
    assert (triage_ is Triage.REFER) == (suspicious and not faulty)
    if said.malignancy >= refer_at:
        assert suspicious
    # The rules over many lesions at once, by which the cost is measured, say the same.
    by_threshold = reaches_threshold(joint, PRESET, rules)
    assert by_threshold == any(reason.code == "over_threshold" for reason in reasons)
    assert leaves_malignant(joint, PRESET, rules) == any(reason.code == "not_ruled_out" for reason in reasons)


def test_a_foreign_picture_gets_no_answer_whatever_its_probabilities():
    triage_, (reason,) = triage(answer(mel=0.99), True, RULES)
    assert triage_ is Triage.NO_ANSWER
    assert reason.code == "foreign"


@given(arrays.arrays(np.float32, (8, 7), elements=st.floats(-50, 50, width=32)))
def test_views_combine_to_the_mean_of_their_probabilities(values):
    combined = combine(values, 2.0)
    assert combined == pytest.approx(np.mean([calibrate(view, 2.0) for view in values], axis=0))
    assert combined.sum() == pytest.approx(1)


def test_a_prediction_set_holds_what_reaches_its_own_threshold_likeliest_first():
    values = np.array([0.09, 0.1, 0.19, 0.05, 0.2, 0.29, 0.08])
    assert prediction_set(values, RULES) == ("nv", "mel", "bcc", "vasc", "df")


def test_a_prediction_set_is_never_empty():
    unsure = np.array([0.09, 0.09, 0.19, 0.04, 0.14, 0.29, 0.16])
    strict = Rules(**{**vars(RULES), "include_from": (1.0,) * 7})
    assert prediction_set(unsure, strict) == ("nv",)


def test_saliency_is_the_evidence_for_the_class_scaled_to_its_peak():
    maps = np.zeros((7, 7, 7), np.float32)
    maps[2, 3, 4], maps[0, 0, 4], maps[6, 6, 4], maps[5, 5, 0] = 8, 4, -8, 100
    shown = saliency_map(maps, 4)
    assert shown[2, 3] == 1
    assert shown[0, 0] == 0.5
    assert shown[6, 6] == 0
    assert shown[5, 5] == 0


def test_saliency_of_no_evidence_is_empty():
    assert not saliency_map(-np.ones((7, 7, 7), np.float32), 0).any()
