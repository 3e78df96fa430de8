import numpy as np
import pytest

from device.classes import HAM10000, PRESET
from device.classifier.decision import Rules
from model_build.answers import Answers
from model_build.report.groups import measure_groups
from model_build.report.held_out import HeldOut
from model_build.split import labels_of
from tests.model_build.rows import row

MEL, NV = HAM10000.codes.index("mel"), HAM10000.codes.index("nv")


def held_out(codes, joint, classes, lesions=None):
    """Pictures of `codes` that `joint` was said of; of lesions of their own unless `lesions` says."""
    lesions = lesions or [str(index) for index in range(len(codes))]
    rows = [row(lesion, lesion, code, "test") for lesion, code in zip(lesions, codes, strict=True)]
    views = np.zeros((len(codes), 1, len(classes.outputs))), np.zeros((len(codes), 1))
    answers = Answers(classes, PRESET, *views, labels_of(rows, classes.output_codes), rows)
    rules = Rules(1.0, 0.5, 0.0, np.inf, (0.3,) * len(classes.outputs))
    return HeldOut(answers, np.asarray(joint, float), np.arange(len(codes)), rules)


def measure(names, labels, answers, lesions=None):
    codes = [HAM10000.codes[label] for label in labels]
    return measure_groups(names, held_out(codes, np.eye(7)[answers], HAM10000, lesions))


def test_each_group_counts_its_own():
    female, male, unknown = measure(
        ["male", "female", "male", "unknown", "male", "male"],
        [MEL, NV, MEL, NV, NV, NV],
        [MEL, NV, NV, MEL, NV, MEL],
        ["a", "b", "c", "d", "e", "e"],
    )
    assert (female.name, male.name, unknown.name) == ("female", "male", "unknown")
    assert (male.pictures, male.lesions, male.malignant) == (4, 3, 2)
    assert male.accuracy["value"] == male.sensitivity["value"] == male.specificity["value"] == 0.5
    assert female.specificity["value"] == female.accuracy["value"] == 1
    assert unknown.specificity["value"] == unknown.accuracy["value"] == 0


def test_a_group_without_every_class_has_no_balanced_accuracy():
    every, lacking, alone = measure(
        ["a"] * 14 + ["b"] * 3 + ["c"] * 7,
        [*range(7), *range(7), NV, NV, MEL, *range(7)],
        [*range(7), *[NV] * 7, NV, NV, NV, *range(7)],
    )
    assert every.balanced_accuracy["value"] == pytest.approx(4 / 7, abs=1e-4)
    # One lesion of each class bears no interval.
    assert lacking.balanced_accuracy is alone.balanced_accuracy is None
    assert lacking.sensitivity["value"] == 0


def test_a_group_without_malignant_or_benign_pictures_has_no_such_rate():
    benign, malignant = measure(["benign", "malignant"], [NV, MEL], [NV, MEL])
    assert benign.sensitivity is None
    assert malignant.specificity is None


def test_intervals_are_by_lesion():
    labels, answers = [NV] * 40, [NV, MEL] * 20
    (alone,) = measure(["a"] * 40, labels, answers)
    (alike,) = measure(["a"] * 40, labels, answers, [str(i // 20 * 2 + i % 2) for i in range(40)])
    assert alone.accuracy["value"] == alike.accuracy["value"] == 0.5
    assert 0.2 < alone.accuracy["high"] - alone.accuracy["low"] < 0.4
    assert alike.accuracy["high"] - alike.accuracy["low"] > 0.8


def test_what_the_prediction_set_refers_is_referred():
    joint = np.eye(9)[[NV, NV]] * 0.6 + np.eye(9)[[MEL, MEL]] * 0.4
    (group,) = measure_groups(["a"] * 2, held_out(["mel", "nv"], joint, PRESET))
    assert group.sensitivity["value"] == 1
    assert group.specificity["value"] == 0


def test_the_threshold_meets_the_probabilities_of_all_outputs_as_on_the_device():
    # Of the named classes alone melanoma would have two thirds.
    benign = PRESET.output_codes.index("other_lesion")
    joint = np.eye(9)[[benign] * 2] * 0.7 + np.eye(9)[[MEL] * 2] * 0.2 + np.eye(9)[[NV] * 2] * 0.1
    held = held_out(["mel", "nv"], joint, PRESET)
    (group,) = measure_groups(["a"] * 2, held)
    assert group.sensitivity["value"] == 0
    assert held.in_doubt.all()
    assert held.probabilities[0, MEL] == pytest.approx(2 / 3)


def test_a_malignant_lesion_without_a_class_counts_as_malignant():
    joint = np.eye(7)[[NV, MEL, NV]]
    held = held_out(["malignant_other", "mel", "nv"], joint, HAM10000)
    (group,) = measure_groups(["a"] * 3, held)
    assert (group.pictures, group.malignant, group.named) == (3, 2, 2)
    assert group.sensitivity["value"] == 0.5
    assert group.accuracy["value"] == 1


def test_a_group_beside_the_classes_has_no_accuracy():
    (group,) = measure_groups(["a"] * 2, held_out(["malignant_other"] * 2, np.eye(7)[[NV, MEL]], HAM10000))
    assert group.accuracy is group.balanced_accuracy is group.specificity is None
    assert group.sensitivity["value"] == 0.5
