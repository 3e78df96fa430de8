"""The `robustness` step: the INT8 model, through the device's own code, on perturbed lesions."""

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import recall_score

from device.classifier import Classifier
from device.classifier.interpreter import Interpreter
from device.quality import measure
from device.quality.bounds import FILE as BOUNDS
from model_build import split
from model_build.calibrate import read_rules
from model_build.outcomes import is_refused, outcome_of
from model_build.outputs import classes_of
from model_build.plots import write_png
from model_build.progress import progress
from model_build.robustness.perturbations import PERTURBATIONS, STRENGTHS, Perturbation
from model_build.steps import DECISION, QUALITY, Step, check_model
from model_build.workspace import Workspace, write_json

PART = "test"
"""No other: the last stage of a training learns from all the rest."""
LESIONS_A_CLASS = 60
"""At most so many lesions of each class, one picture each: enough for a mean of recalls."""

_SEED = 11
_SHEET_SIDE = 112

Fields = NDArray[np.uint8]


def robustness(workspace: Workspace) -> None:
    """Measure balanced accuracy and refusals of held-out lesions under every perturbation, with a sheet."""
    rows = split.read(workspace.require(workspace.split, "dataset"))
    rules = read_rules(workspace)
    check_model(workspace, "calibrate")
    step = Step(
        workspace,
        "robustness",
        reads=[workspace.split, workspace.fields, workspace.tflite, workspace.calibration, BOUNDS],
        makes=[workspace.robustness, workspace.perturbations],
        code=["robustness", "outcomes.py", DECISION, QUALITY],
    )
    if step.is_done():
        return
    classes = classes_of(workspace, rows)
    classifier = Classifier(Interpreter(workspace.tflite), rules, "", classes)
    chosen = choose(rows, PART, classes.codes)
    fields = np.load(workspace.require(workspace.fields, "dataset"), mmap_mode="r")[chosen]
    labels = split.labels_of([rows[index] for index in chosen], classes.codes)
    write_png(sheet(fields[0]), workspace.perturbations)

    clean, _ = _ask(classifier, fields, labels)
    measured: dict[str, Any] = {}
    for name, perturbation in progress(PERTURBATIONS.items(), "robustness", unit="kind"):
        asked = [_ask(classifier, perturb(fields, perturbation, each), labels) for each in STRENGTHS]
        measured[name] = {
            "family": perturbation.family,
            "balanced_accuracy": [round(accuracy, 4) for accuracy, _ in asked],
            "refused": [round(refused, 4) for _, refused in asked],
        }
    figures = {"part": PART, "pictures": len(labels), "clean": round(clean, 4), "perturbations": measured}
    write_json(workspace.robustness, figures)
    step.finish()
    print(summarize(figures))


def choose(rows: list[split.Row], part: str, codes: Iterable[str]) -> list[int]:
    """The places of the first picture of up to `LESIONS_A_CLASS` lesions of each class `codes` in `part`."""
    first = {row.lesion_id: index for index, row in reversed(list(enumerate(rows))) if row.role == part}
    by_class = [[i for i in sorted(first.values()) if rows[i].label == label] for label in codes]
    return sorted(index for own in by_class for index in own[:LESIONS_A_CLASS])


def perturb(fields: Fields, perturbation: Perturbation, strength: float) -> Fields:
    """Every field perturbed by a draw of its own, the same draws at every strength."""
    return np.stack(
        [
            perturbation.apply(field, strength, np.random.default_rng((_SEED, place)))
            for place, field in enumerate(fields)
        ]
    )


def sheet(field: Fields) -> Fields:
    """One row a perturbation: the field as it is, then at each strength."""
    return np.concatenate(
        [
            np.concatenate(
                [_small(field)] + [_small(perturb(field[None], perturbation, each)[0]) for each in STRENGTHS],
                axis=1,
            )
            for perturbation in PERTURBATIONS.values()
        ]
    )


def summarize(figures: dict[str, Any]) -> str:
    """A table of balanced accuracy at each strength, worst first."""
    clean, measured = figures["clean"], figures["perturbations"]
    lines = [
        f"| balanced accuracy (clean: {clean:.3f}) | " + " | ".join("12345") + " | refused at 3 |",
        "|---" * 7 + "|",
    ]
    for name, row in sorted(measured.items(), key=lambda item: item[1]["balanced_accuracy"][2]):
        values = " | ".join(f"{value:.3f}" for value in row["balanced_accuracy"])
        lines.append(f"| {name} ({row['family']}) | {values} | {row['refused'][2]:.1%} |")
    return "\n".join(lines)


def _ask(classifier: Classifier, fields: Fields, labels: NDArray[np.int64]) -> tuple[float, float]:
    """Balanced accuracy, whether refused or not, and the share refused."""
    findings = [classifier.classify([field], measure(field).advice) for field in fields]
    codes = classifier.classes.codes
    answers = [codes.index(finding.likeliest(1)[0][0]) for finding in findings]
    refused = np.mean([is_refused(outcome_of(finding)) for finding in findings])
    recall = recall_score(labels, answers, labels=np.unique(labels), average="macro")
    return float(recall), float(refused)


def _small(field: Fields) -> Fields:
    return np.asarray(cv2.resize(field, (_SHEET_SIDE, _SHEET_SIDE), interpolation=cv2.INTER_AREA), np.uint8)
