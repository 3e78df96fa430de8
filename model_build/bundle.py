"""Puts a model and everything that must travel with it into one folder."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from device.classes import Classes, LesionClass
from device.classifier import Classifier, open_classifier
from device.classifier.bundle import (
    EDGETPU_MODEL,
    MANIFEST,
    METRICS,
    MODEL,
    MODEL_CARD,
    Bundle,
    load_bundle,
    write_manifest,
)
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import resize_field
from device.classifier.self_test import PICTURE
from device.images import find_images, read_image
from device.quality import measure
from device.settings import SHIPPED
from model_build import split
from model_build.backbones import BACKBONES, Backbone
from model_build.calibrate import REFER_SENSITIVITY, read_rules
from model_build.errors import BuildError
from model_build.evaluate import summarize, summarize_headline
from model_build.outputs import classes_of
from model_build.plots import write_png
from model_build.robustness import measure as robustness
from model_build.sources.citations import cite
from model_build.steps import check
from model_build.workspace import Workspace, read_json

ROBUSTNESS = "robustness.json"

_STEPS = ("dataset", "train", "foreign", "quantize", "calibrate", "evaluate")
"""The steps whose records must fit together."""

_PROVENANCE = ("split_sha256", "configuration", "backend", "versions")
"""What the manifest holds of the training's record."""

FIGURES = ("sources", "foreign_refused", "foreign_left_out", "int8_against_float")
"""What `evaluate` measured."""

_CARD = """# Model card: {name}

Dermapoint is a research and teaching instrument, **not a medical device**. This model's answer
is not a diagnosis and must not replace a dermatologist.

**What it is.** {network} at {side} x {side} pixels, full-integer INT8, for these classes of
dermatoscope pictures: {classes}.{beside}

**What it was made from.** {sources}. Where one of them is for non-commercial use, so is **this
model: it is for non-commercial use**. The weights it started from: {origin}.
{judged}Pictures were split by lesion and patient over all sources at once, twins and
near-duplicates on one side: {train} pictures for training, {validation} for validation and
calibration, from which the last epochs learn too, {test} held out; {left_out} of sources that nothing
learnt from. SHA-256 of the split: `{split}`.

**What it is for.** Teaching, research and building: dermatoscope pictures of skin lesions.

**What it can't know.** Most pictures show light skin: it has hardly seen dark skin, nails, mucosa,
children, amelanotic melanoma, or most diagnoses beyond those above. Every camera is different; how
much it loses on sources that it never learnt from stands below.

**How it answers.** Each picture is looked at in eight orientations, and their probabilities are
averaged. A prediction set names what can't be ruled out; thresholds come from lesions that were not
learnt from, such that in every class nine of ten sets hold the right one, and those of a malignant
class do in every source that has 20 lesions of it. It refers from the
malignancy probability that catches {sensitivity:.0%} of malignant lesions of the worst source, and whenever
the prediction set names something malignant.

**How good it is**, on lesions it never saw, INT8, through the device's own code, with 95 % bootstrap
intervals by lesion, twins and one patient's lesions together, the worst source first:

{figures}
"""

_BESIDE = " Of a lesion that it takes for none of these it says: {names}."

_JUDGED = "It was judged also on {sources}, which nothing learnt from.\n"


_AGAINST_FLOAT = """INT8 against float, one view: the same answer on {agreement:.1%} of pictures; eight
views: {combined_agreement:.1%}, and {worst:.1%} in the worst source.
"""


_ROBUSTNESS = """Under other cameras and faults, simulated at five strengths (`dermapoint-build robustness`),
up to 60 lesions a class:

{table}
"""


def make_bundle(workspace: Workspace, out: Path) -> None:
    """The `bundle` step: write the folder `out` anew, then load it as the device does.

    Raises BuildError when an earlier step is missing or read something else than there is now, or
    `out` holds anything but a bundle; BundleError when the result can't be loaded.
    """
    check_place(out, workspace)
    workspace.require(workspace.metrics, "evaluate")
    records = check_records(workspace)
    classes = classes_of(workspace, split.read(workspace.split))
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside `out`, since a folder can't be renamed into another disk.
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as beside:
        unfinished = Path(beside) / "new"
        unfinished.mkdir()
        bundle = _fill(unfinished, workspace, records, classes)
        if out.exists():
            out.rename(Path(beside) / "old")
        unfinished.rename(out)
    print(f"bundle: {bundle.title} in {out}")


def check_place(out: Path, workspace: Workspace) -> None:
    """Raise BuildError when a bundle in `out` would take the place of anything but a bundle."""
    whole = out.resolve()
    is_free = not whole.exists() or (whole.is_dir() and not any(whole.iterdir()))
    if not is_free and not (whole / MANIFEST).is_file():
        raise BuildError(f"{out}: is there and is no bundle; give --out another folder")
    if workspace.root.resolve().is_relative_to(whole):
        raise BuildError(f"{out}: holds the work folder; give --out another folder")


def _fill(unfinished: Path, workspace: Workspace, records: dict[str, Any], classes: Classes) -> Bundle:
    """Write the bundle into the empty folder `unfinished`, and load it as the device does."""
    shutil.copy(workspace.tflite, unfinished / MODEL)
    shutil.copy(workspace.metrics, unfinished / METRICS)
    for found, name in ((workspace.edgetpu_model, EDGETPU_MODEL), (workspace.robustness, ROBUSTNESS)):
        if found.exists():
            shutil.copy(found, unfinished / name)
    for plot in sorted(workspace.plots.iterdir()):
        shutil.copy(plot, unfinished / plot.name)
    training = workspace.read(workspace.training_record, "train", *_PROVENANCE)
    provenance = {name: training[name] for name in _PROVENANCE}
    provenance["records"] = records
    interpreter, rules = Interpreter(workspace.tflite), read_rules(workspace)
    architecture = training["configuration"]["architecture"]
    name = f"dermoscopy-{architecture}"
    card = _write_card(workspace, name, BACKBONES[architecture], classes, interpreter.side)
    (unfinished / MODEL_CARD).write_text(card, encoding="utf-8")
    self_test = _write_self_test(Classifier(interpreter, rules, name, classes=classes), unfinished)
    write_manifest(unfinished, name, classes, interpreter.side, rules, self_test, provenance)
    bundle = load_bundle(unfinished)
    open_classifier(bundle)
    return bundle


def check_records(workspace: Workspace) -> dict[str, Any]:
    """The records of all steps behind the bundle. Raises BuildError where they don't fit together."""
    beside = {"classes": workspace.classes, "robustness": workspace.robustness}
    beside["edgetpu"] = workspace.edgetpu_model
    return check(workspace, [*_STEPS, *(name for name, path in beside.items() if path.exists())])


def describe_figures(folder: Path) -> str:
    """The figures in a work folder, or in a bundle, as Markdown."""
    text = describe_accuracy(read_json(folder / METRICS))
    if (folder / ROBUSTNESS).exists():
        text += "\n" + _ROBUSTNESS.format(table=robustness.summarize(read_json(folder / ROBUSTNESS)))
    return text


def _write_self_test(classifier: Classifier, folder: Path) -> dict[str, float]:
    """Save the first demo frame's field, and give the model's probabilities for it."""
    field = resize_field(read_image(next(find_images(SHIPPED / "frames"))))
    write_png(field, folder / PICTURE)
    return classifier.classify([field], measure(field).advice).probabilities


def describe_headline(folder: Path) -> str:
    """What matters most of a work folder, or of a bundle, as Markdown."""
    return summarize_headline(read_json(folder / METRICS))


def describe_accuracy(metrics: dict[str, Any]) -> str:
    """What `evaluate` and `quantize` measured, as Markdown."""
    rounding = metrics["int8_against_float"]
    worst = min(each["combined_agreement"] for each in rounding["sources"].values())
    return summarize(metrics) + "\n\n" + _AGAINST_FLOAT.format(**{**rounding, "worst": worst})


def _write_card(workspace: Workspace, name: str, backbone: Backbone, classes: Classes, side: int) -> str:
    rows = split.read(workspace.split)
    learnt, judged = sources_of(rows)
    roles = Counter(row.role for row in rows)
    return _CARD.format(
        name=name,
        network=backbone.title,
        origin=backbone.origin,
        side=side,
        classes=", ".join(map(_title, classes.named)),
        beside=_BESIDE.format(names=" or ".join(map(_title, classes.beside))) if classes.beside else "",
        sources=learnt,
        judged=_JUDGED.format(sources=judged) if judged else "",
        split=workspace.read(workspace.dataset, "dataset", "split_sha256")["split_sha256"],
        left_out=sum(row.part == "left_out" for row in rows),
        sensitivity=REFER_SENSITIVITY,
        figures=describe_figures(workspace.root),
        **{role: roles[role] for role in split.ROLES},
    )


def sources_of(rows: Iterable[split.Row]) -> tuple[str, str]:
    """What the network learnt from, and what it was judged on though nothing learnt from it; each cited.

    A twin of a picture of a source that is left out is left out too, and doesn't make its own source one.
    """
    rows = list(rows)
    learnt = [row for row in rows if row.part != "left_out"]
    known = {(row.source, row.centre) for row in learnt}
    return cite(learnt), cite(row for row in rows if (row.source, row.centre) not in known)


def _title(output: LesionClass) -> str:
    return f"{output.code} ({output.name()})"
