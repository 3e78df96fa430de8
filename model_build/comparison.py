"""The commands `measure` and `compare`: training runs side by side, on pictures they had not learnt from."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.classifier import decision
from model_build import metrics
from model_build.answers import Answers, look_answers, validation_answers
from model_build.calibrate import LEAST_OF_A_SOURCE, malignancies
from model_build.errors import BuildError
from model_build.evaluate import given_named, origin_of
from model_build.prevalence import POWER
from model_build.steps import check_split
from model_build.workspace import Workspace, check_name, read_json, write_json

FIGURES = {
    "balanced_accuracy": "balanced accuracy",
    "macro_auroc": "macro AUROC",
    "malignancy_auroc": "malignancy AUROC",
}

Weighted = Callable[[metrics.Weights], float]
"""A figure of given pictures, by how often each counts."""

GAINED = ("malignancy_auroc", "balanced_accuracy")
"""What two looks are compared by."""
IN_MEAN = "mean of the sources"

_INTRODUCTION = """# Training runs, side by side

Written by `dermapoint-build compare` from the files beside it, which `dermapoint-build measure` wrote. Each
holds the whole configuration of its run and the hash of its split:
`dermapoint-build train --configuration FILE` on that split repeats the run. Figures are of the float network
in eight views, on a fold of lesions that it had not learnt from and on sources that nothing learnt from,
never on held-out lesions, with 95 % bootstrap intervals by lesion, twins and one patient's lesions together.
"""

_OF_LOOKS = """## Levers

Short runs, each with one change; `dermapoint-build look --configuration FILE --name NAME` repeats one. A gain
is over the look that it stands against, on the same pictures, with the same lesions for both in each draw of
the bootstrap. What another seed alone changes is a row of its own, since the interval knows of lesions only.
"""

_CHANCE = (
    "Balanced accuracy of a linear probe among the sources that show the class, as `dermapoint-build probe` "
    "measures it; the lower, the less the features give the source away."
)


def measure(
    workspace: Workspace,
    name: str,
    results: Path,
    prevalence: float = POWER,
    look: str | None = None,
    against: str | None = None,
) -> None:
    """Write `results`/`name`.json: configuration and figures of a finished training run, or of a `look`.

    `prevalence` is the power to which the network expects rare classes to be rare (`log_prevalence`).
    With `against`, the name of another look of the same split, what the first has more is in it too.
    Raises BuildError for a name that is no file name, when a run isn't finished or was of another split,
    and when two looks were asked about other pictures.
    """
    file = results / f"{check_name(name)}.json"
    kept: tuple[str, ...] = ("configuration", "outputs", "backend", "versions", "split_sha256")
    if look is None:
        if against is not None:
            raise BuildError("--against compares looks; give --look too")
        check_split(workspace)
        record = workspace.read(workspace.training_record, "train", *kept)
        answers = validation_answers(workspace, prevalence)
    else:
        kept += ("change", "source_named")
        for each in (look, against or look):
            check_split(workspace, workspace.look_record(each), "look")
        record = workspace.read(workspace.look_record(look), "look", *kept)
        answers = look_answers(workspace, look, prevalence)
    row: dict[str, Any] = {"name": name, **{key: record[key] for key in kept}, "prevalence": prevalence}
    answers = answers.of(answers.named)
    row["sources"] = {source: _measured(answers.of(own)) for source, own in _by_origin(answers).items()}
    if against is not None:
        other = look_answers(workspace, against, prevalence)
        row["against"] = {"look": against, "gains": _gains(answers, other.of(other.named))}
    results.mkdir(parents=True, exist_ok=True)
    write_json(file, row)
    print(f"measure: {file}")


def compare(results: Path) -> None:
    """Write `results`/README.md, a table a source, from every run measured there.

    Raises BuildError when there is none.
    """
    runs = [read_json(path) for path in sorted(results.glob("*.json"))]
    if not runs:
        raise BuildError(f"{results}: holds no measured run; make some with `dermapoint-build measure`")
    text = describe_runs(runs)
    (results / "README.md").write_text(text, encoding="utf-8")
    print(text)


def describe_runs(runs: Sequence[dict[str, Any]]) -> str:
    """The Markdown text of all measured runs; looks stand apart from what `train` made."""
    looks = [run for run in runs if "change" in run]
    parts = [_INTRODUCTION, *tables([run for run in runs if "change" not in run])]
    return "\n".join([*parts, _OF_LOOKS, *look_tables(looks)] if looks else parts)


def tables(runs: Sequence[dict[str, Any]]) -> list[str]:
    """A Markdown table for each source: a row a run, the best malignancy AUROC first."""
    parts = []
    for source in sorted({source for run in runs for source in run["sources"]}):
        rows = [(run["name"], run["sources"][source]) for run in runs if source in run["sources"]]
        rows.sort(key=lambda row: -row[1].get("malignancy_auroc", {"value": 0})["value"])
        cells = [
            [name, str(figures["pictures"]), *(metrics.in_words(figures.get(figure)) for figure in FIGURES)]
            for name, figures in rows
        ]
        parts += [f"## {source}", "", _table(["run", "pictures", *FIGURES.values()], cells)]
    return parts


def look_tables(looks: Sequence[dict[str, Any]]) -> list[str]:
    """What looks were worth by themselves, against another, and how far their features name the source."""
    sources = sorted({source for look in looks for source in look["sources"]})
    itself = [
        [look["name"], *(metrics.in_words(look["sources"][s].get("malignancy_auroc")) for s in sources)]
        for look in looks
    ]
    parts = ["### Malignancy AUROC", "", _table(["look", *sources], itself)]
    compared = [look for look in looks if "against" in look]
    for figure in GAINED if compared else ():
        columns = [IN_MEAN, *sources]
        compared.sort(key=lambda look: -look["against"]["gains"][figure][IN_MEAN]["value"])
        cells = [
            [
                look["name"],
                look["against"]["look"],
                *(metrics.in_words(look["against"]["gains"][figure].get(name), "+.3f") for name in columns),
            ]
            for look in compared
        ]
        parts += [f"### Gain in {FIGURES[figure]}", "", _table(["look", "against", *columns], cells)]
    classes = sorted({each for look in looks for each in look["source_named"]})
    named = [
        [look["name"], *(metrics.in_words(look["source_named"].get(c, {}).get("named")) for c in classes)]
        for look in looks
    ]
    return [
        *parts,
        "### The source named by the features",
        "",
        _CHANCE,
        "",
        _table(["look", *classes], named),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    first, *others = ("| " + " | ".join(line) + " |" for line in (head, *rows))
    return "\n".join([first, "|---" * len(head) + "|", *others, ""])


def _by_origin(answers: Answers) -> dict[str, NDArray[np.bool_]]:
    """Which pictures are of each source that has enough of them."""
    origins = np.array([origin_of(row) for row in answers.rows])
    chosen = {str(origin): origins == origin for origin in np.unique(origins)}
    return {origin: own for origin, own in chosen.items() if own.sum() >= LEAST_OF_A_SOURCE}


def _measured(answers: Answers) -> dict[str, Any]:
    """The figures of a row, with their intervals."""
    figures: dict[str, Any] = {"pictures": len(answers.labels)}
    for name, figure in _figures(answers).items():
        figures[name] = _with_interval(figure, answers)
    return figures


def _figures(answers: Answers) -> dict[str, Weighted]:
    """Those of `FIGURES` that there are pictures for."""
    joint = decision.combine(answers.logits, 1.0)
    named, labels, malignant = given_named(joint, answers.classes), answers.labels, answers.malignant
    figures: dict[str, Weighted] = {"balanced_accuracy": partial(metrics.balanced_accuracy, labels, named)}
    if len(np.unique(labels)) > 1:
        figures["macro_auroc"] = partial(metrics.macro_auroc, labels, named)
    if malignant.any() and not malignant.all():
        figure = metrics.auroc(malignant, malignancies(joint, answers.classes))
        figures["malignancy_auroc"] = partial(figure, labels, named)
    return figures


def _gains(answers: Answers, others: Answers) -> dict[str, dict[str, metrics.Interval]]:
    """By how much `answers` are better than those of another look, by figure and source, and in the mean.

    Each draw of the bootstrap is of the same lesions for both. Raises BuildError when the pictures differ.
    """
    if answers.rows != others.rows:
        raise BuildError("the two looks were asked about other pictures; make both on the same split")
    owns = _by_origin(answers)
    new, old = (
        {source: _figures(each.of(own)) for source, own in owns.items()} for each in (answers, others)
    )

    def gain(figure: str, sources: Sequence[str]) -> metrics.Interval:
        def more(weights: metrics.Weights) -> float:
            each = [new[s][figure](weights[owns[s]]) - old[s][figure](weights[owns[s]]) for s in sources]
            return float(np.mean(each))

        return _with_interval(more, answers)

    gains = {}
    for figure in GAINED:
        sources = [source for source in owns if figure in new[source]]
        gains[figure] = {source: gain(figure, [source]) for source in sources}
        gains[figure][IN_MEAN] = gain(figure, sources)
    return gains


def _with_interval(figure: Weighted, answers: Answers) -> metrics.Interval:
    nothing = np.empty((len(answers.labels), 0))
    return metrics.with_interval(
        lambda labels, probabilities, weights: figure(weights), answers.labels, nothing, answers.clusters
    )
