"""The figures by group: of whom they are, and of whom there are none."""

import numpy as np
import pytest

from device.classes import HAM10000, PRESET
from device.classifier.decision import Rules
from model_build import by_group, metrics
from model_build.answers import Answers
from model_build.split import Row, labels_of


def lesion(number, label, **said):
    name = f"{label}{number}"
    return Row(name, name, "", "clinic", label, name, "test", **said)


@pytest.fixture
def rows():
    named = [lesion(number, label) for number, label in enumerate(("akiec", "bcc", "bkl", "df", "vasc"))]
    women = [lesion(number, ("mel", "nv")[number % 2], sex="female", skin_tone="1") for number in range(30)]
    men = [lesion(100 + number, "nv", sex="male", skin_tone="5", age="41.0") for number in range(30)]
    return named + women + men


def test_only_groups_of_enough_malignant_and_benign_lesions_are_reported(rows, monkeypatch, capsys):
    classes = HAM10000
    rows = [*rows, *(lesion(200 + number, "malignant_other", sex="female") for number in range(3))]
    rows = [*rows, lesion(300, "no_dermoscopy", sex="female")]
    labels = labels_of(rows, classes.output_codes)
    logits = np.zeros((len(rows), 8, len(classes.outputs)), np.float32)
    # Every melanoma is known, and everything else is taken for a mole.
    melanoma, mole = (classes.output_codes.index(code) for code in ("mel", "nv"))
    logits[np.arange(len(rows)), :, np.where(labels == melanoma, melanoma, mole)] = 9
    rules = Rules(1.0, 0.5, 0.0, np.inf, (0.5,) * len(classes.outputs))
    answers = Answers(classes, PRESET, logits, np.zeros((len(rows), 8), np.float32), labels, rows)
    monkeypatch.setattr(by_group, "check_model", lambda workspace, *names: None)
    monkeypatch.setattr(by_group, "read_rules", lambda workspace: rules)
    monkeypatch.setattr(by_group.split, "read", lambda path: rows)
    monkeypatch.setattr(by_group, "int8_answers", lambda workspace, parts: answers)
    monkeypatch.setattr(by_group.np, "load", lambda *given, **options: np.zeros((len(rows), 1)))
    monkeypatch.setattr(
        by_group, "outcomes", lambda answers, fields, rules: np.full(len(answers.rows), "watch")
    )
    monkeypatch.setattr(metrics, "RESAMPLES", 20)

    class Workspace:
        split = fields = ""

        def require(self, path, step):
            return path

    by_group.describe_groups(Workspace(), None)
    printed = capsys.readouterr().out
    assert "### By sex" in printed
    [women] = [line for line in printed.splitlines() if line.startswith("| female |")]
    # Three malignant lesions that the network has no output for are among them, and taken for moles.
    assert women.split(" | ")[1] == "33"
    assert women.split(" | ")[2].startswith("1.000")
    assert women.split(" | ")[5].startswith(f"{15 / 18:.3f}")
    assert "| 0 to 2 (darker) | 30 |" in printed
    # Men have no malignant lesion here, and of the age of the others nothing is known.
    assert "| male |" not in printed
    assert "### By age" not in printed
    assert "unknown" not in printed
