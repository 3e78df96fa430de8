"""The commands `measure` and `compare`: training runs side by side, on pictures they had not learnt from."""

from pathlib import Path
from typing import Any

import numpy as np

from device.classifier import decision
from model_build import metrics
from model_build.answers import Answers, validation_answers
from model_build.calibrate import LEAST_OF_A_SOURCE, malignancies
from model_build.errors import BuildError
from model_build.evaluate import given_named, origin_of
from model_build.prevalence import POWER
from model_build.steps import check_split
from model_build.workspace import Workspace, read_json, write_json

FIGURES = {
    "balanced_accuracy": "balanced accuracy",
    "macro_auroc": "macro AUROC",
    "malignancy_auroc": "malignancy AUROC",
}

_INTRODUCTION = """# Training runs, side by side

Written by `dermapoint-build compare` from the files beside it, which `dermapoint-build measure` wrote. Each
holds the whole configuration of its run and the hash of its split:
`dermapoint-build train --configuration FILE` on that split repeats the run. Figures are of the float network
in eight views, on a fold of lesions that it had not learnt from and on sources that nothing learnt from,
never on held-out lesions, with 95 % bootstrap intervals by lesion, twins and one patient's lesions together.
"""


def measure(workspace: Workspace, name: str, results: Path, prevalence: float = POWER) -> None:
    """Write `results`/`name`.json: configuration and figures of a finished training run.

    `prevalence` is the power to which the network expects rare classes to be rare (`log_prevalence`).
    """
    check_split(workspace)
    kept = ("configuration", "outputs", "backend", "versions", "split_sha256")
    record = workspace.read(workspace.training_record, "train", *kept)
    answers = validation_answers(workspace, prevalence)
    answers = answers.of(answers.named)
    origins = np.array([origin_of(row) for row in answers.rows])
    sources = {
        str(origin): _figures(answers.of(origins == origin))
        for origin in np.unique(origins)
        if (origins == origin).sum() >= LEAST_OF_A_SOURCE
    }
    results.mkdir(parents=True, exist_ok=True)
    write_json(
        results / f"{name}.json",
        {"name": name, **{key: record[key] for key in kept}, "prevalence": prevalence, "sources": sources},
    )
    print(f"measure: {results / name}.json")


def compare(results: Path) -> None:
    """Write `results`/README.md, a table a source, from every run measured there.

    Raises BuildError when there is none.
    """
    runs = [read_json(path) for path in sorted(results.glob("*.json"))]
    if not runs:
        raise BuildError(f"{results}: holds no measured run; make some with `dermapoint-build measure`")
    text = "\n".join([_INTRODUCTION, *tables(runs)])
    (results / "README.md").write_text(text, encoding="utf-8")
    print(text)


def tables(runs: list[dict[str, Any]]) -> list[str]:
    """A Markdown table for each source: a row a run, the best malignancy AUROC first."""
    parts = []
    for source in sorted({source for run in runs for source in run["sources"]}):
        rows = [(run["name"], run["sources"][source]) for run in runs if source in run["sources"]]
        rows.sort(key=lambda row: -row[1].get("malignancy_auroc", {"value": 0})["value"])
        lines = [f"## {source}", "", "| run | pictures | " + " | ".join(FIGURES.values()) + " |"]
        lines.append("|---" * (len(FIGURES) + 2) + "|")
        for name, figures in rows:
            cells = " | ".join(metrics.in_words(figures.get(figure)) for figure in FIGURES)
            lines.append(f"| {name} | {figures['pictures']} | {cells} |")
        parts.append("\n".join([*lines, ""]))
    return parts


def _figures(answers: Answers) -> dict[str, Any]:
    joint = decision.combine(answers.logits, 1.0)
    given = answers.labels, given_named(joint, answers.classes), answers.clusters
    figures: dict[str, Any] = {
        "pictures": len(answers.labels),
        "balanced_accuracy": metrics.with_interval(metrics.balanced_accuracy, *given),
    }
    if len(np.unique(answers.labels)) > 1:
        figures["macro_auroc"] = metrics.with_interval(metrics.macro_auroc, *given)
    malignant = answers.malignant
    if malignant.any() and not malignant.all():
        figure = metrics.auroc(malignant, malignancies(joint, answers.classes))
        figures["malignancy_auroc"] = metrics.with_interval(figure, *given)
    return figures
