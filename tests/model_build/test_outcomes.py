import numpy as np
import pytest

from device.classes import PRESET
from device.classifier import load_classifier, read_maps
from device.examination import Triage
from device.quality import measure
from model_build import outcomes
from model_build.answers import Answers
from model_build.errors import BuildError
from tests.conftest import BUNDLE, FRAMES
from tests.model_build.rows import row

NONE = np.zeros((0, 224, 224, 3), np.uint8)


@pytest.fixture(scope="module")
def classifier():
    return load_classifier(BUNDLE)


def test_each_field_has_one_outcome_as_the_device_says_it(classifier, field):
    dark = np.zeros_like(field)
    # Stripes in the colours of skin: any others are refused before the model is asked.
    stripes = 1 - 0.6 * (np.indices(field.shape[:2]).sum(axis=0)[..., None] // 16 % 2)
    fields = np.stack([field, dark, (stripes * [215, 165, 150]).astype(np.uint8)])
    logits, foreign = zip(*(read_maps(classifier.maps(each)) for each in fields), strict=True)
    rows = [row(f"i{n}", f"l{n}", "mel", "test") for n in range(3)]
    labels = np.zeros(3, np.int64)
    answers = Answers(classifier.classes, PRESET, np.stack(logits), np.stack(foreign), labels, rows)
    said = outcomes.outcomes(answers, fields, classifier.rules)
    found = [classifier.classify([each], measure(each).advice) for each in fields]
    assert said.tolist() == [outcomes.outcome_of(finding) for finding in found]
    assert said[1] == Triage.RETAKE
    assert outcomes.is_refused(said[1])


def test_outcomes_are_counted_for_malignant_and_benign():
    malignant = np.array([True, False, True])
    counted = outcomes.count_by_malignancy(malignant, np.array(["refer", "foreign", "refer"]))
    assert counted["malignant"]["refer"] == 2
    assert counted["benign"] == {"refer": 0, "watch": 0, "retake": 0, "no answer": 0, "foreign": 1}


def test_photographs_in_a_folder_are_measured_under_its_name(classifier, monkeypatch):
    monkeypatch.setattr(outcomes, "FOREIGN_EACH", 1)
    refused = outcomes.refuse_foreign(classifier, NONE, [FRAMES])
    # Lesions pass, and what was drawn doesn't.
    assert refused[FRAMES.name]["pictures"] == 2 * 29
    assert refused[FRAMES.name]["refused"] < 0.5
    assert refused["black"] == {"pictures": 1, "refused": 1.0}


def test_a_folder_without_photographs_is_named(classifier, monkeypatch, tmp_path):
    monkeypatch.setattr(outcomes, "FOREIGN_EACH", 1)
    with pytest.raises(BuildError, match=f"{tmp_path}: there is no JPEG or PNG photograph"):
        outcomes.refuse_foreign(classifier, NONE, [tmp_path])
