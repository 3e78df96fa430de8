from dataclasses import replace

import numpy as np
import pytest

from device.classes import PRESET
from device.classifier import decision
from model_build.answers import Answers
from model_build.calibrate import (
    _LEAST_FOR_A_SET,
    FOREIGN_SHARE,
    REFER_SENSITIVITY,
    _too_few,
    fit,
    fit_foreign,
    malignancies,
    set_threshold,
)
from model_build.errors import BuildError
from tests.model_build.rows import row

OUTPUTS = len(PRESET.outputs)


def drawn(count, seed, sources=("ham10000",)):
    """Answers of two views whose outputs are drawn from the softmax of 0.5 times their mean."""
    random = np.random.default_rng(seed)
    base = random.normal(0, 4, (count, 1, OUTPUTS)).repeat(2, axis=1)
    probabilities = decision.combine(base, 2.0)
    labels = np.array([random.choice(OUTPUTS, p=each) for each in probabilities])
    rows = [
        row(f"i{n}", f"l{n}", PRESET.output_codes[label], "validation", source=sources[n % len(sources)])
        for n, label in enumerate(labels)
    ]
    return Answers(PRESET, PRESET, base.astype(np.float32), random.normal(0, 1, (count, 2)), labels, rows)


def referred(answers, rules):
    return decision.reaches_threshold(decision.combine(answers.logits, rules.temperature), PRESET, rules)


def test_the_temperature_that_made_the_labels_is_found():
    assert fit(drawn(4000, 1), 0.0).temperature == pytest.approx(2.0, rel=0.1)


def test_thresholds_keep_their_shares_on_new_pictures():
    rules, new = fit(drawn(6000, 1), fit_foreign(drawn(6000, 1))), drawn(6000, 2)
    joint = decision.combine(new.logits, rules.temperature)
    malignant = new.malignant
    assert referred(new, rules)[malignant].mean() == pytest.approx(REFER_SENSITIVITY, abs=0.02)
    assert (new.foreign.mean(axis=1) > rules.foreign_above).mean() == pytest.approx(0.02, abs=0.01)
    assert (joint.max(axis=1) < rules.abstain_below).mean() == pytest.approx(0.01, abs=0.007)
    kept = decision.included(joint, rules)
    for output in range(OUTPUTS):
        assert kept[new.labels == output, output].mean() == pytest.approx(0.9, abs=0.05)


def test_the_worst_source_is_the_one_that_keeps_its_sensitivity():
    answers = drawn(3000, 3, sources=("easy", "hard"))
    malignant = answers.malignant
    hard = (answers.sources == "hard") & malignant
    # The hard source's malignant pictures look benign.
    answers.logits[hard] -= 2 * np.array([each.malignant for each in PRESET.outputs])
    rules = fit(answers, 0.0)
    said = referred(answers, rules)
    assert said[hard].mean() >= REFER_SENSITIVITY
    assert said[(answers.sources == "easy") & malignant].mean() > said[hard].mean()


def test_sets_keep_a_malignant_class_in_the_source_where_it_is_least_seen():
    answers = drawn(6000, 3, sources=("easy", "hard"))
    melanoma, naevus = (PRESET.output_codes.index(code) for code in ("mel", "nv"))
    hard = answers.sources == "hard"
    for output in (melanoma, naevus):
        answers.logits[hard & (answers.labels == output), :, output] -= 3
    rules = fit(answers, 0.0)
    kept = decision.included(decision.combine(answers.logits, rules.temperature), rules)
    missed = {
        output: 1 - kept[hard & (answers.labels == output), output].mean() for output in (melanoma, naevus)
    }
    assert missed[melanoma] <= 0.1
    # Of a benign class all sources together keep their share: a naevus that is missed is no harm.
    assert missed[naevus] > 0.1
    assert kept[answers.labels == naevus, naevus].mean() == pytest.approx(0.9, abs=0.01)


def test_without_a_malignant_picture_there_is_nothing_to_refer_by():
    answers = drawn(300, 5)
    benign = answers.of(~answers.malignant)
    with pytest.raises(BuildError, match="bring data with malignant lesions"):
        fit(benign, 0.0)


def test_the_foreign_threshold_is_that_of_the_source_that_looks_most_foreign():
    answers = drawn(2000, 6, sources=("plain", "odd"))
    answers.foreign[answers.sources == "odd"] += 3
    threshold = fit_foreign(answers)
    over = answers.foreign.mean(axis=1) > threshold
    assert over[answers.sources == "odd"].mean() == pytest.approx(0.02, abs=0.002)
    assert not over[answers.sources == "plain"].any()


def test_malignancy_is_the_sum_over_all_that_is_malignant():
    joint = np.eye(OUTPUTS)
    assert malignancies(joint, PRESET).tolist() == [float(each.malignant) for each in PRESET.outputs]


@pytest.mark.parametrize(("count", "expected"), [(8, 0.0), (9, 1.0), (19, 2.0), (99, 10.0)])
def test_a_set_threshold_is_the_kth_smallest_and_rules_nothing_out_with_too_few(count, expected):
    assert set_threshold(np.arange(1.0, count + 1)[::-1]) == expected


def test_at_most_the_share_of_a_source_looks_foreign():
    answers = drawn(149, 6)
    answers.foreign[:] = np.arange(149)[:, None]
    over = answers.foreign.mean(axis=1) > fit_foreign(answers)
    assert 0 < over.sum() <= FOREIGN_SHARE * 149


def test_small_sources_have_a_say_together_beside_a_large_one():
    answers = drawn(3000, 3, sources=("large", *(f"small{n}" for n in range(40))))
    rows = [replace(each, source="large") if n % 3 else each for n, each in enumerate(answers.rows)]
    answers = replace(answers, rows=rows)
    small = answers.malignant & (answers.sources != "large")
    assert 0 < small.sum() < 0.5 * answers.malignant.sum()
    # What no small source has enough of to decide by itself looks benign in all of them.
    answers.logits[small] -= 4 * np.array([each.malignant for each in PRESET.outputs])
    rules = fit(answers, 0.0)
    assert referred(answers, rules)[answers.malignant].mean() >= REFER_SENSITIVITY
    kept = decision.included(decision.combine(answers.logits, rules.temperature), rules)
    for output in np.flatnonzero([each.malignant for each in PRESET.outputs]):
        assert kept[answers.labels == output, output].mean() >= 0.9


def test_a_malignant_output_that_few_pictures_show_is_named():
    answers = drawn(600, 7)
    melanoma = PRESET.output_codes.index("mel")
    few = np.cumsum(answers.labels == melanoma) <= 8
    (sentence,) = _too_few(answers.of((answers.labels != melanoma) | few))
    assert "only 8 pictures of mel to calibrate on, of the 9 that it takes" in sentence
    assert set_threshold(np.ones(_LEAST_FOR_A_SET)) > set_threshold(np.ones(_LEAST_FOR_A_SET - 1)) == 0


def test_a_source_needs_as_many_pictures_where_all_are_malignant():
    answers = drawn(6000, 8, sources=("large", "large", "small"))
    answers = answers.of(answers.malignant)
    small = np.flatnonzero(answers.sources == "small")[40:]
    answers = answers.of(~np.isin(np.arange(len(answers.rows)), small))
    own = answers.sources == "small"
    answers.logits[own] -= 4 * np.array([each.malignant for each in PRESET.outputs])
    # 40 malignant pictures have a say of their own, whether or not there are benign ones beside.
    assert referred(answers, fit(answers, 0.0))[own].mean() >= REFER_SENSITIVITY
