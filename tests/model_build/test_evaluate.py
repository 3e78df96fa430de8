"""The figures of a source, whatever lesions it holds."""

import numpy as np
import pytest

from device.classes import HAM10000, PRESET
from device.classifier.decision import Rules
from model_build import metrics
from model_build.answers import Answers
from model_build.evaluate import _summarize_classes, measure, measure_sources, tabulate
from model_build.split import labels_of
from tests.model_build.rows import row


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(metrics, "RESAMPLES", 100)


def answers_of(rows, said, classes):
    """Answers of one view that are certain of the outputs `said`."""
    logits = 9 * np.eye(len(classes.outputs), dtype=np.float32)[[classes.output_codes.index(c) for c in said]]
    foreign = np.zeros((len(rows), 1), np.float32)
    return Answers(
        classes, PRESET, logits[:, None], foreign, labels_of(rows, classes.output_codes), list(rows)
    )


def measured(rows, said, classes=PRESET, triage=None):
    rules = Rules(1.0, 0.5, 0.0, np.inf, (0.5,) * len(classes.outputs))
    outcomes = np.array(triage or ["watch"] * len(rows))
    return measure(answers_of(rows, said, classes), rules, outcomes)


def test_a_source_of_lesions_beside_the_classes_has_no_accuracy_and_all_else():
    rows = [row(f"i{n}", f"l{n}", "malignant_other", "test") for n in range(60)]
    rules = Rules(1.0, 0.5, 0.0, np.inf, (0.5,) * len(PRESET.outputs))
    answers = answers_of(rows, ["mel", "nv"] * 30, PRESET)
    ((name, figures),) = measure_sources(answers, rules, np.array(["watch"] * 60)).items()
    assert "balanced_accuracy" not in figures
    assert figures["refer_sensitivity"]["value"] == 0.5
    assert figures["malignant_watched"]["value"] == 1
    assert f"| {name} | 60 |  |  |  | 0.500 (" in tabulate({name: figures}, "source")
    assert "one view" not in _summarize_classes(figures)


def test_a_malignant_lesion_that_the_network_has_no_output_for_counts_as_malignant():
    rows = [
        row("a", "a", "malignant_other", "test"),
        row("b", "b", "mel", "test"),
        row("c", "c", "nv", "test"),
    ]
    figures = measured(rows, ["nv", "mel", "nv"], HAM10000, ["watch", "refer", "watch"])
    assert (figures["pictures"], figures["malignant"]) == (3, 2)
    assert figures["refer_sensitivity"]["value"] == figures["malignant_watched"]["value"] == 0.5
    assert figures["malignancy_auroc"]["value"] == 0.75
    assert figures["outcomes"]["malignant"]["watch"] == 1
    # It is of none of the classes that can be right.
    assert figures["balanced_accuracy"]["value"] == 1
    assert set(figures["coverage"]) == {"mel", "nv"}


def test_twins_and_one_patients_lesions_are_drawn_together():
    said = ["mel", "nv"] * 20
    alone = [row(f"i{n}", f"l{n}", "mel", "test") for n in range(40)]
    alike = [row(f"i{n // 20 * 2 + n % 2}", f"l{n}", "mel", "test") for n in range(40)]
    apart, together = (measured(rows, said)["refer_sensitivity"] for rows in (alone, alike))
    assert apart["value"] == together["value"] == 0.5
    assert together["high"] - together["low"] > 2 * (apart["high"] - apart["low"])
