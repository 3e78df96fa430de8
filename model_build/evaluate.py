"""How good the INT8 model is on held-out lesions, through the device's own code."""

import csv
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from device.classes import HAM10000
from device.classifier import Classifier, decision
from device.classifier.interpreter import Interpreter
from device.examination import CLASSES, MALIGNANT, Triage
from device.images import find_images
from model_build import metrics, outcomes, plots, safe_rule, split
from model_build.answers import Answers, int8_answers
from model_build.calibrate import read_rules
from model_build.steps import Step
from model_build.workspace import Workspace, read_json, write_json

PART = "test"


def evaluate(workspace: Workspace, photo_folders: Collection[Path] = ()) -> None:
    """The `evaluate` step: the figures with their intervals, and the confusion matrix as picture and CSV.

    `photo_folders` hold pictures that show no lesion, to see whether they are refused.
    """
    rules = read_rules(workspace)
    answers = int8_answers(workspace, PART)
    step = Step(
        workspace,
        "evaluate",
        reads=[
            answers.path,
            workspace.split,
            workspace.fields,
            workspace.tflite,
            workspace.calibration,
            workspace.foreign_record,
            workspace.quantization,
        ],
        makes=[workspace.metrics, workspace.plots / "confusion.png", workspace.plots / "confusion.csv"],
        options={"photos": _list(photo_folders)},
        code=["evaluate.py", "metrics.py", "outcomes.py"],
    )
    if step.is_done():
        return
    probabilities = decision.combine(answers.logits, rules.temperature)
    counts = confusion_matrix(answers.labels, probabilities.argmax(axis=1), labels=range(len(CLASSES)))
    plots.confusion_matrix(counts, workspace.plots / "confusion.png")
    _write_counts(counts, workspace.plots / "confusion.csv")
    figures = {
        **measure(answers, rules),
        **_measure_outcomes(workspace, answers, rules, photo_folders),
        "foreign_left_out": read_json(workspace.foreign_record)["refused_when_left_out"],
        "int8_against_float": read_json(workspace.quantization),
    }
    write_json(workspace.metrics, figures)
    step.finish()
    print(summarize(figures))


def _list(folders: Iterable[Path]) -> dict[str, list[tuple[str, int]]]:
    return {folder.name: [(p.name, p.stat().st_size) for p in find_images(folder)] for folder in folders}


def measure(answers: Answers, rules: decision.Rules) -> dict[str, Any]:
    """Every figure as value, low and high, with what it was measured on; by all views but where it says."""
    probabilities = decision.combine(answers.logits, rules.temperature)
    one_view = decision.calibrate(answers.logits[:, 0], rules.temperature)

    def of(figure: metrics.Figure, said: metrics.Probabilities = probabilities) -> dict[str, float]:
        return metrics.with_interval(figure, answers.labels, said, answers.lesions)

    return {
        "part": PART,
        "pictures": len(answers.labels),
        "lesions": len(set(answers.lesions)),
        "balanced_accuracy": of(metrics.balanced_accuracy),
        "one_view_balanced_accuracy": of(metrics.balanced_accuracy, one_view),
        "macro_auroc": of(metrics.macro_auroc),
        "recall": {label: of(metrics.recall(index)) for index, label in enumerate(CLASSES)},
        "calibration_error": of(metrics.calibration_error),
        "refer_sensitivity": of(metrics.refer_sensitivity(rules.refer_at)),
        "refer_specificity": of(metrics.refer_specificity(rules.refer_at)),
        "coverage": {label: of(metrics.coverage(index, rules)) for index, label in enumerate(CLASSES)},
        "set_size": of(metrics.set_size(rules)),
        "safe_rule": safe_rule.cost_by_source(
            probabilities,
            np.isin(answers.labels, [CLASSES.index(label) for label in MALIGNANT]),
            [row.source for row in answers.rows],
            HAM10000,
            rules,
        ),
    }


def _measure_outcomes(
    workspace: Workspace, answers: Answers, rules: decision.Rules, photo_folders: Iterable[Path]
) -> dict[str, Any]:
    """What the whole device, quality gate and all, says of lesions and of what is none."""
    classifier = Classifier(Interpreter(workspace.tflite), rules, "")
    kept = {row.image_id for row in answers.rows}
    fields = np.load(workspace.fields, mmap_mode="r")
    places = [i for i, row in enumerate(split.read(workspace.split)) if row.image_id in kept]
    said = outcomes.outcomes(classifier, fields[places])
    refused = np.array([outcomes.is_refused(outcome) for outcome in said])
    unsure = np.array([outcome == Triage.NO_ANSWER for outcome in said])
    probabilities = decision.combine(answers.logits, rules.temperature)

    def of(happened: NDArray[np.bool_]) -> dict[str, float]:
        return metrics.with_interval(metrics.rate(happened), answers.labels, probabilities, answers.lesions)

    return {
        "lesions_refused": of(refused),
        "lesions_unsure": of(unsure),
        "outcomes": outcomes.count_by_malignancy([row.label for row in answers.rows], said),
        "foreign_refused": outcomes.refuse_foreign(classifier, photo_folders),
    }


def summarize(figures: dict[str, Any]) -> str:
    """All figures as Markdown tables."""
    # The melanoma's recall stands in the headline already.
    recalls = {f"recall of {label}": figures["recall"][label] for label in CLASSES if label != "mel"}
    covered = {f"prediction sets that hold {label}": figures["coverage"][label] for label in CLASSES}
    table = _tabulate(figures, {**_headline(figures), **recalls, **covered})
    return "\n".join(
        [
            *table,
            "",
            *_summarize_outcomes(figures["outcomes"]),
            "",
            *safe_rule.tabulate(figures.get("safe_rule", {})),
            "",
            *_summarize_foreign(figures),
        ]
    )


def summarize_headline(figures: dict[str, Any]) -> str:
    """The figures that matter most, as a Markdown table and a sentence."""
    refused = figures["foreign_refused"].values()
    pictures = sum(kind["pictures"] for kind in refused)
    share = sum(kind["refused"] * kind["pictures"] for kind in refused) / pictures
    sentence = f"Of {pictures} pictures that show no lesion, {share:.1%} are refused."
    return "\n".join([*_tabulate(figures, _headline(figures)), "", sentence])


def _headline(figures: dict[str, Any]) -> dict[str, dict[str, float]]:
    return {
        "balanced accuracy, eight views": figures["balanced_accuracy"],
        "balanced accuracy, one view": figures["one_view_balanced_accuracy"],
        "macro AUROC": figures["macro_auroc"],
        "recall of melanoma": figures["recall"]["mel"],
        "malignant: sensitivity at *refer*": figures["refer_sensitivity"],
        "malignant: specificity at *refer*": figures["refer_specificity"],
        "expected calibration error": figures["calibration_error"],
        "classes in a prediction set": figures["set_size"],
        "lesions refused as unfit or foreign": figures["lesions_refused"],
        "lesions without an answer, as too unsure": figures["lesions_unsure"],
    }


def _tabulate(figures: dict[str, Any], named: dict[str, dict[str, float]]) -> list[str]:
    return [
        f"| {figures['lesions']} lesions, {figures['pictures']} pictures | value | 95 % interval |",
        "|---|---|---|",
        *(f"| {name} | {f['value']:.3f} | {f['low']:.3f} to {f['high']:.3f} |" for name, f in named.items()),
    ]


def _summarize_outcomes(counted: dict[str, dict[str, int]]) -> list[str]:
    names = list(counted["malignant"])
    return [
        "| pictures | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
        *(
            f"| {name} | " + " | ".join(str(row[each]) for each in names) + " |"
            for name, row in counted.items()
        ),
    ]


def _summarize_foreign(figures: dict[str, Any]) -> list[str]:
    left_out, fresh = figures["foreign_left_out"], figures["foreign_refused"]
    lines = ["| not a lesion | refused | refused by a model that never learnt the kind |", "|---|---|---|"]
    for kind in {**fresh, **left_out}:
        anew = f"{fresh[kind]['refused']:.1%} of {fresh[kind]['pictures']}" if kind in fresh else ""
        lines.append(f"| {kind} | {anew} | {f'{left_out[kind]:.1%}' if kind in left_out else ''} |")
    return lines


def _write_counts(counts: NDArray[np.int64], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["true class \\ answer", *CLASSES])
        writer.writerows([label, *row] for label, row in zip(CLASSES, counts.tolist(), strict=True))
