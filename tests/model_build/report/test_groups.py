import numpy as np
import pytest

from device.classes import HAM10000
from model_build.report.groups import measure_groups

MEL, NV = HAM10000.codes.index("mel"), HAM10000.codes.index("nv")


def measure(names, labels, answers, lesions=None):
    lesions = lesions or [str(index) for index in range(len(labels))]
    return measure_groups(names, np.array(labels), np.eye(7)[answers], HAM10000, lesions, refer_at=0.5)


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
