"""How good the INT8 model is on held-out lesions, through the device's own code."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from device.classifier import decision
from device.examination import CLASSES
from model_build import metrics, plots
from model_build.answers import int8_answers
from model_build.calibrate import read_rules
from model_build.workspace import Workspace, read_json, write_json

PART = "test"


def evaluate(workspace: Workspace) -> None:
    """The `evaluate` step: the figures with their intervals, and the confusion matrix as picture and CSV."""
    if workspace.metrics.exists():
        print(f"evaluate: done before ({workspace.metrics})")
        return
    rules = read_rules(workspace)
    answers = int8_answers(workspace, PART)
    probabilities = decision.calibrate(answers.logits, rules.temperature)
    counts = confusion_matrix(answers.labels, probabilities.argmax(axis=1), labels=range(len(CLASSES)))
    plots.confusion_matrix(counts, workspace.plots / "confusion.png")
    _write_counts(counts, workspace.plots / "confusion.csv")
    figures = measure(answers.labels, probabilities, answers.lesions, rules)
    write_json(workspace.metrics, {**figures, "int8_against_float": read_json(workspace.quantization)})
    print(summarize(figures))


def measure(
    labels: metrics.Labels, probabilities: metrics.Probabilities, lesions: list[str], rules: decision.Rules
) -> dict[str, Any]:
    """Every figure as value, low and high, with what it was measured on."""

    def of(figure: metrics.Figure) -> dict[str, float]:
        return metrics.with_interval(figure, labels, probabilities, lesions)

    return {
        "part": PART,
        "pictures": len(labels),
        "lesions": len(set(lesions)),
        "balanced_accuracy": of(metrics.balanced_accuracy),
        "macro_auroc": of(metrics.macro_auroc),
        "recall": {label: of(metrics.recall(index)) for index, label in enumerate(CLASSES)},
        "calibration_error": of(metrics.calibration_error),
        "refer_sensitivity": of(metrics.refer_sensitivity(rules.refer_at)),
        "refer_specificity": of(metrics.refer_specificity(rules.refer_at)),
    }


def summarize(figures: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    named = {
        "balanced accuracy": figures["balanced_accuracy"],
        "macro AUROC": figures["macro_auroc"],
        **{f"recall of {label}": figures["recall"][label] for label in CLASSES},
        "expected calibration error": figures["calibration_error"],
        "malignant: sensitivity at *refer*": figures["refer_sensitivity"],
        "malignant: specificity at *refer*": figures["refer_specificity"],
    }
    lines = [
        f"| {figures['lesions']} lesions, {figures['pictures']} pictures | value | 95 % interval |",
        "|---|---|---|",
    ]
    lines += [
        f"| {name} | {f['value']:.3f} | {f['low']:.3f} to {f['high']:.3f} |" for name, f in named.items()
    ]
    return "\n".join(lines)


def _write_counts(counts: NDArray[np.int64], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["true class \\ answer", *CLASSES])
        writer.writerows([label, *row] for label, row in zip(CLASSES, counts.tolist(), strict=True))
