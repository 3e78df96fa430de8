import numpy as np
import pytest

from device.classifier import load_classifier
from device.examination import Triage
from model_build import outcomes
from model_build.errors import BuildError
from tests.conftest import BUNDLE, FRAMES


@pytest.fixture(scope="module")
def classifier():
    return load_classifier(BUNDLE)


def test_each_field_has_one_outcome_and_the_quality_gate_comes_first(classifier, field):
    dark = np.zeros_like(field)
    # Stripes in the colours of skin: any others are refused before the model is asked.
    stripes = 1 - 0.6 * (np.indices(field.shape[:2]).sum(axis=0)[..., None] // 16 % 2)
    said = outcomes.outcomes(classifier, [field, dark, (stripes * [215, 165, 150]).astype(np.uint8)])
    assert said[0] in (Triage.REFER, Triage.WATCH)
    assert said[1:] == [Triage.RETAKE, outcomes.FOREIGN]
    assert [outcomes.is_refused(each) for each in said] == [False, True, True]


def test_outcomes_are_counted_for_malignant_and_benign():
    counted = outcomes.count_by_malignancy(["mel", "nv", "bcc"], ["refer", "foreign", "refer"])
    assert counted["malignant"]["refer"] == 2
    assert counted["benign"] == {"refer": 0, "watch": 0, "retake": 0, "no answer": 0, "foreign": 1}


def test_photographs_in_a_folder_are_measured_under_its_name(classifier, monkeypatch):
    monkeypatch.setattr(outcomes, "FOREIGN_EACH", 1)
    refused = outcomes.refuse_foreign(classifier, [FRAMES])
    # Lesions pass, and what was drawn doesn't.
    assert refused[FRAMES.name]["pictures"] == 2 * 29
    assert refused[FRAMES.name]["refused"] < 0.5
    assert refused["black"] == {"pictures": 1, "refused": 1.0}


def test_a_folder_without_photographs_is_named(classifier, monkeypatch, tmp_path):
    monkeypatch.setattr(outcomes, "FOREIGN_EACH", 1)
    with pytest.raises(BuildError, match=f"{tmp_path}: there is no JPEG or PNG photograph"):
        outcomes.refuse_foreign(classifier, [tmp_path])
