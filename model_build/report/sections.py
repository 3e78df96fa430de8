"""Sections on where the model comes from, and on single pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from device.words import probability as percent
from model_build import plots, split
from model_build.bundle import FIGURES, describe_accuracy
from model_build.metrics import in_words
from model_build.outputs import classes_of
from model_build.report import examples as choice
from model_build.report.example_plots import Example, draw_examples
from model_build.report.held_out import HeldOut, look
from model_build.report.markdown import read_parts
from model_build.report.page import Plot, Section, Table, Text
from model_build.sources.citations import cite
from model_build.workspace import Workspace, read_json

RIGHT_EACH = 2
MISTAKES = 8


def in_short(workspace: Workspace) -> Section:
    """The figures of `evaluate`."""
    return Section(
        "In short",
        [
            Text(
                "What the INT8 model, as it runs on the device, says of held-out lesions: lesions whose "
                "pictures it never saw while it was trained and calibrated. Intervals are 95 %, drawn by "
                "lesion, twins and one patient's lesions together."
            ),
            *read_parts(describe_accuracy(workspace.read(workspace.metrics, "evaluate", *FIGURES))),
        ],
    )


def data_and_split(workspace: Workspace, out: Path) -> Section:
    """The pictures and how they were split."""
    rows = split.read(workspace.require(workspace.split, "dataset"))
    stored = workspace.read(workspace.dataset, "dataset", "pictures", "lesions", "twins", "split_sha256")
    classes, twins = classes_of(workspace, rows), len(stored["twins"])
    plots.class_distribution(split.count(rows, "role"), classes.output_codes, "part", out / "classes.png")
    return Section(
        "Data and split",
        [
            Text(
                f"There are {stored['pictures']} pictures of {stored['lesions']} lesions, from "
                f"{', '.join(sorted({row.source for row in rows}))}. Pictures of one lesion or patient, "
                f"and {twins} pairs that show the same skin under different ids, are on one side of the "
                "split, so that no held-out lesion was learnt. SHA-256 of the split: "
                f"{stored['split_sha256']}."
            ),
            Table(
                "The classes",
                ["class", "in words", "counts as"],
                [
                    [each.code, each.name(), "malignant or pre-malignant" if each.malignant else "benign"]
                    for each in classes.named
                ],
            ),
            Plot(
                out / "classes.png",
                "Bars: pictures of each class in training, validation and test.",
                f"How many of the {len(rows)} pictures of each class are for training, validation and "
                "test. The axis is logarithmic: each line up is ten times as many. Classes with few test "
                "pictures have rough figures.",
            ),
        ],
    )


def training(workspace: Workspace, out: Path) -> Section:
    """The learning curves."""
    record = workspace.read(workspace.training_record, "train", "history")
    history = {name: np.array(values) for name, values in record["history"].items()}
    # Each stage counts its epochs anew.
    ends = np.flatnonzero(np.diff(history["epoch"]) <= 0) + 1
    plots.learning_curves(history, ends, out / "learning_curves.png")
    return Section(
        "Learning curve",
        [
            Plot(
                out / "learning_curves.png",
                "The loss of training pictures by epoch.",
                f"The loss over {len(history['loss'])} epochs, of augmented pictures. Dashed lines part the "
                "stages: small pictures, full ones, and the last epochs, which learn from all folds.",
            )
        ],
    )


def examples(workspace: Workspace, held: HeldOut, out: Path) -> Section:
    """Where the network looked, when it was right and when it was most wrong."""
    named = held.of_named
    given = named.labels, named.probabilities, named.answers.lesions
    right = choice.pick_right(*given, each=RIGHT_EACH)
    missed = choice.pick_missed(held.malignant, held.suspicion, held.answers.lesions, count=MISTAKES)
    wrong = choice.pick_surest_wrong(*given, count=MISTAKES)
    malignant, not_referred = held.malignant.sum(), (held.malignant & ~held.referred).sum()
    return Section(
        "What the model looked at",
        [
            Text(
                "Each picture stands beside itself with the model's evidence for its answer laid over "
                "it, in the device's colours: the yellower and denser, the more that place spoke for the "
                "answer. A model that judges lesions looks at the lesion, not at hair, rulers or the rim."
            ),
            Text(describe_saliency(workspace)),
            _show(
                _look_at(workspace, named, right),
                out / "examples_right.png",
                f"{len(right)} right answers, each picture beside its overlay.",
                f"{len(right)} right answers, {RIGHT_EACH} a class, from its less sure and its surer "
                "half, not the best ones.",
                "The model's answer is right on no held-out picture.",
            ),
            _show(
                _look_at(workspace, held, missed),
                out / "examples_missed.png",
                f"{len(missed)} malignant lesions with the lowest malignancy probability.",
                f"The worst mistakes: the {len(missed)} malignant lesions with the lowest probability of "
                f"being malignant, one picture a lesion. Of all {malignant} malignant pictures the device "
                f"doesn't refer {not_referred}.",
                "No held-out picture is malignant: what the model misses can't be shown.",
            ),
            _show(
                _look_at(workspace, named, wrong),
                out / "examples_wrong.png",
                f"{len(wrong)} wrong answers with the highest probability.",
                f"The {len(wrong)} wrong answers that the model was surest of, one picture a lesion. Some "
                "are mistakes of the model, some may be pictures whose label is in doubt.",
                "The model's answer is wrong on no held-out picture.",
            ),
        ],
    )


def describe_saliency(workspace: Workspace) -> str:
    """How much of the evidence lies on the lesion, or how to find out."""
    if not workspace.saliency.exists():
        return "How much of it lies on the lesion is not measured yet: run `dermapoint-build saliency`."
    figures = read_json(workspace.saliency)
    on, peak, area = (
        in_words(figures[name], ".0%")
        for name in ("saliency_on_lesion", "peak_on_lesion", "lesion_share_of_field")
    )
    return (
        f"Held against experts' masks of {figures['pictures']} held-out pictures, {on} of the evidence lies "
        f"on the lesion, which covers {area} of the picture; the strongest place touches it in {peak}."
    )


def sources(workspace: Workspace) -> Section:
    """Where data and methods come from."""
    cited = cite(split.read(workspace.require(workspace.split, "dataset")))
    return Section(
        "Sources",
        [
            Text(
                f"Pictures: {cited}. Where one of them is for non-commercial use, they are shown here for "
                "that alone."
            ),
            Text(
                "Methods: reliability and calibration error, Guo et al. 2017, arXiv:1706.04599; risk "
                "against coverage, Geifman & El-Yaniv 2017, arXiv:1705.08500; ROC, Fawcett 2006, "
                "doi:10.1016/j.patrec.2005.10.010; average precision, Davis & Goadrich 2006, "
                "doi:10.1145/1143844.1143874; class activation maps, Zhou et al. 2016, arXiv:1512.04150; "
                "intervals by lesion, Davison & Hinkley 1997, Bootstrap Methods and their Application, "
                "section 3.8."
            ),
        ],
    )


def _show(shown: Sequence[Example], path: Path, alt: str, text: str, lacking: str) -> Plot | Text:
    """A plot of the examples, or the sentence `lacking` where there are none."""
    if not shown:
        return Text(lacking)
    draw_examples(shown, path)
    return Plot(path, alt, text)


def _look_at(workspace: Workspace, held: HeldOut, indices: Sequence[int]) -> list[Example]:
    codes, suspicion, shown = held.classes.codes, held.suspicion, []
    for index, (field, saliency) in zip(indices, look(workspace, held, indices), strict=True):
        answer = int(held.probabilities[index].argmax())
        title = (
            f"it is {held.answers.rows[index].label}; answer {codes[answer]}, "
            f"{percent(held.probabilities[index, answer])}; malignant {percent(suspicion[index])}"
        )
        shown.append(Example(field, saliency, title))
    return shown
