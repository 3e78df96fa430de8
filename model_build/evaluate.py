"""The `evaluate` step: how good the INT8 model is on held-out lesions, through the device's own code."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from device.classes import Classes
from device.classifier import Classifier, decision
from device.classifier.interpreter import Interpreter
from device.examination import Triage
from device.images import find_images
from device.quality.bounds import FILE as BOUNDS
from model_build import metrics, plots, split
from model_build.answers import Answers, int8_answers
from model_build.calibrate import malignancies, read_rules
from model_build.outcomes import check_photos, count_by_malignancy, is_refused, outcomes, refuse_foreign
from model_build.outputs import classes_of
from model_build.sources.diagnoses import NO_DERMOSCOPY
from model_build.steps import DECISION, QUALITY, Step, hash_listing
from model_build.workspace import Workspace, read_json, write_json

PARTS = ("test", "left_out")
LEAST_PICTURES = 50
"""Fewer pictures of a source than this say too little, where another has more."""

Figures = dict[str, Any]


def evaluate(workspace: Workspace, photo_folders: Iterable[Path] = ()) -> None:
    """The figures with their intervals for each source, and the confusion matrix as picture and CSV.

    `photo_folders` hold pictures that show no lesion, to see whether they are refused.
    """
    folders = tuple(photo_folders)
    check_photos(folders)
    step = Step(
        workspace,
        "evaluate",
        reads=[
            workspace.split,
            workspace.fields,
            workspace.tflite,
            workspace.calibration,
            workspace.quantization,
            workspace.foreign_record,
            BOUNDS,
        ],
        options={"photos": {folder.resolve().name: hash_listing(find_images(folder)) for folder in folders}},
        code=["evaluate.py", "metrics.py", "outcomes.py", "answers.py", DECISION, QUALITY],
        makes=[workspace.metrics],
    )
    if step.is_done():
        return
    rules, rows = read_rules(workspace), split.read(workspace.split)
    fields = np.load(workspace.fields, mmap_mode="r")
    answers = int8_answers(workspace, PARTS)
    places = np.flatnonzero([row.part in PARTS for row in rows])
    lesions = answers.show_lesion
    answers, places = answers.of(lesions), places[lesions]
    said = outcomes(answers, fields[places], rules)
    close_ups = [i for i, row in enumerate(rows) if row.part == "test" and row.label == NO_DERMOSCOPY]
    classifier = Classifier(Interpreter(workspace.tflite), rules, "", classes_of(workspace, rows))
    figures = {
        "sources": measure_sources(answers, rules, said),
        "foreign_refused": refuse_foreign(classifier, fields[close_ups], folders),
        "foreign_left_out": read_json(workspace.foreign_record)["refused_when_left_out"],
        "int8_against_float": read_json(workspace.quantization),
    }
    _draw_confusion(workspace, answers, rules)
    write_json(workspace.metrics, figures)
    print(summarize(figures))
    step.finish()


def measure_sources(answers: Answers, rules: decision.Rules, said: NDArray[np.str_]) -> dict[str, Figures]:
    """The figures of each source, and of each part of it that nothing was trained on, the worst first.

    `said` is what the device said of each picture. The worst has the least malignancy AUROC.
    """
    origins = np.array([origin_of(row) for row in answers.rows])
    names, counts = np.unique(origins, return_counts=True)
    enough = names[counts >= LEAST_PICTURES] if counts.max() >= LEAST_PICTURES else names
    measured = {
        str(name): measure(answers.of(origins == name), rules, said[origins == name]) for name in enough
    }
    return dict(sorted(measured.items(), key=lambda item: _rank(item[1])))


def _rank(figures: Figures) -> float:
    return float(figures["malignancy_auroc"]["value"]) if "malignancy_auroc" in figures else 2.0


def origin_of(row: split.Row) -> str:
    """The source of a picture, or what of it was left out of all training."""
    return f"{row.centre or row.source}, never trained on" if row.part == "left_out" else row.source


def measure(answers: Answers, rules: decision.Rules, said: NDArray[np.str_]) -> Figures:
    """Every figure as value, low and high, with what it was measured on; by all views but where it says.

    Accuracies are over pictures of the named classes, by probabilities given that it is one of
    them; all else is over all lesions. A figure that there is no picture for is left out.
    """
    joint = decision.combine(answers.logits, rules.temperature)

    def of(figure: metrics.Figure) -> metrics.Interval:
        return metrics.with_interval(figure, answers.labels, joint, answers.clusters)

    return {
        "pictures": len(answers.labels),
        "lesions": len(set(answers.lesions)),
        "malignant": int(answers.malignant.sum()),
        "outcomes": count_by_malignancy(answers.malignant, said),
        "refused": of(metrics.rate(np.vectorize(is_refused)(said))),
        "no_answer": of(metrics.rate(said == str(Triage.NO_ANSWER))),
        **_sets(answers, joint, rules, of),
        **_accuracy(answers.of(answers.named), rules),
        **_malignancy(answers, joint, rules, said, of),
    }


def _accuracy(answers: Answers, rules: decision.Rules) -> Figures:
    """How often the class is right, of pictures of the named classes."""
    classes, present = answers.classes, np.unique(answers.labels)
    every_view = given_named(decision.combine(answers.logits, rules.temperature), classes)
    one_view = given_named(decision.calibrate(answers.logits[:, 0], rules.temperature), classes)

    def of(figure: metrics.Figure, probabilities: NDArray[np.float64] = every_view) -> metrics.Interval:
        return metrics.with_interval(figure, answers.labels, probabilities, answers.clusters)

    figures: Figures = {
        "recall": {classes.named[label].code: of(metrics.recall(int(label))) for label in present}
    }
    if len(present):
        figures["balanced_accuracy"] = of(metrics.balanced_accuracy)
        figures["one_view_balanced_accuracy"] = of(metrics.balanced_accuracy, one_view)
        figures["calibration_error"] = of(metrics.calibration_error)
    if len(present) > 1:
        figures["macro_auroc"] = of(metrics.macro_auroc)
    return figures


def _sets(answers: Answers, joint: NDArray[np.float64], rules: decision.Rules, of: Any) -> Figures:
    kept = decision.included(joint, rules)
    codes = answers.classes.output_codes
    return {
        "set_size": of(metrics.rate(kept.sum(axis=1))),
        "coverage": {
            codes[label]: of(metrics.rate(kept[:, label], answers.labels == label))
            for label in np.unique(answers.labels[answers.labels >= 0])
        },
    }


def _malignancy(
    answers: Answers, joint: NDArray[np.float64], rules: decision.Rules, said: NDArray[np.str_], of: Any
) -> Figures:
    """How well malignant lesions are found, and what the safe rule for prediction sets costs."""
    malignant = answers.malignant
    reached = decision.reaches_threshold(joint, answers.classes, rules)
    referred = reached | decision.leaves_malignant(joint, answers.classes, rules)
    figures: Figures = {}
    if malignant.any():
        figures["refer_sensitivity"] = of(metrics.rate(referred, malignant))
        figures["malignant_watched"] = of(metrics.rate(said == str(Triage.WATCH), malignant))
    if not malignant.all():
        figures["refer_specificity"] = of(metrics.rate(~referred, ~malignant))
        figures["specificity_by_threshold_alone"] = of(metrics.rate(~reached, ~malignant))
    if malignant.any() and not malignant.all():
        figures["malignancy_auroc"] = of(metrics.auroc(malignant, malignancies(joint, answers.classes)))
    return figures


def given_named(joint: NDArray[np.float64], classes: Classes) -> NDArray[np.float64]:
    """Probabilities over the named classes (pictures, named), given that the lesion is one of them."""
    named = joint[:, : len(classes.named)]
    return np.asarray(named / named.sum(axis=1, keepdims=True))


_COLUMNS = {
    "balanced_accuracy": "balanced accuracy",
    "macro_auroc": "macro AUROC",
    "malignancy_auroc": "malignancy AUROC",
    "refer_sensitivity": "sensitivity at *refer*",
    "refer_specificity": "specificity",
    "malignant_watched": "malignant told *watch*",
    "refused": "refused",
    "calibration_error": "calibration error",
}


def tabulate(figures: dict[str, Figures], title: str) -> str:
    """The figures that matter most for each group of pictures, as a Markdown table headed `title`."""
    lines = [f"| {title} | pictures | " + " | ".join(_COLUMNS.values()) + " |"]
    lines.append("|---" * (len(_COLUMNS) + 2) + "|")
    for name, measured in figures.items():
        cells = " | ".join(metrics.in_words(measured.get(column)) for column in _COLUMNS)
        lines.append(f"| {name} | {measured['pictures']} | {cells} |")
    return "\n".join(lines)


def summarize_headline(figures: Figures) -> str:
    """The figures that matter most for each source, the worst first, as a Markdown table and a sentence."""
    refused = figures["foreign_refused"].values()
    pictures = sum(kind["pictures"] for kind in refused)
    share = sum(kind["refused"] * kind["pictures"] for kind in refused) / max(pictures, 1)
    sentence = f"Of {pictures} pictures that show no lesion under a dermatoscope, {share:.1%} are refused."
    return f"{tabulate(figures['sources'], 'source')}\n\n{sentence}"


def summarize(figures: Figures) -> str:
    """All figures as Markdown tables."""
    parts = [summarize_headline(figures)]
    for source, measured in figures["sources"].items():
        parts += [f"**{source}**: {measured['lesions']} lesions", _summarize_classes(measured)]
        parts.append(_summarize_outcomes(measured["outcomes"]))
    return "\n\n".join([*parts, _summarize_foreign(figures)])


def _summarize_classes(measured: Figures) -> str:
    rows = {f"recall of {code}": figure for code, figure in measured["recall"].items()}
    rows |= {f"prediction sets that hold {code}": figure for code, figure in measured["coverage"].items()}
    rows |= {"outputs in a prediction set": measured["set_size"], "without an answer": measured["no_answer"]}
    if "specificity_by_threshold_alone" in measured:
        rows["specificity if prediction sets referred nobody"] = measured["specificity_by_threshold_alone"]
    if "one_view_balanced_accuracy" in measured:
        rows["balanced accuracy, one view"] = measured["one_view_balanced_accuracy"]
    lines = [f"| {name} | {metrics.in_words(figure)} |" for name, figure in rows.items()]
    return "\n".join(["| figure | value, 95 % interval |", "|---|---|", *lines])


def _summarize_outcomes(counted: dict[str, dict[str, int]]) -> str:
    names = list(counted["malignant"])
    lines = ["| pictures | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for name, row in counted.items():
        lines.append(f"| {name} | " + " | ".join(str(row[each]) for each in names) + " |")
    return "\n".join(lines)


def _summarize_foreign(figures: Figures) -> str:
    left_out, fresh = figures["foreign_left_out"], figures["foreign_refused"]
    lines = ["| not a lesion | refused | refused by a model that never learnt the kind |", "|---|---|---|"]
    for kind in {**fresh, **left_out}:
        anew = f"{fresh[kind]['refused']:.1%} of {fresh[kind]['pictures']}" if kind in fresh else ""
        lines.append(f"| {kind} | {anew} | {f'{left_out[kind]:.1%}' if kind in left_out else ''} |")
    return "\n".join(lines)


def _draw_confusion(workspace: Workspace, answers: Answers, rules: decision.Rules) -> None:
    """Of the pictures of all sources together, in the order of the outputs."""
    joint = decision.combine(answers.logits, rules.temperature)
    codes = answers.classes.output_codes
    counts = confusion_matrix(answers.labels, joint.argmax(axis=1), labels=range(len(codes)))
    plots.confusion_matrix(counts, codes, workspace.plots / "confusion.png")
    with (workspace.plots / "confusion.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["true class \\ answer", *codes])
        writer.writerows([code, *row] for code, row in zip(codes, counts.tolist(), strict=True))
