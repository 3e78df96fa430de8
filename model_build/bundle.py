"""Puts a model and everything that must travel with it into one folder."""

import shutil
from pathlib import Path
from typing import Any

import cv2

from device.classes import HAM10000, Classes
from device.classifier import Classifier, open_classifier
from device.classifier.bundle import EDGETPU_MODEL, METRICS, MODEL, MODEL_CARD, load_bundle, write_manifest
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import resize_field
from device.classifier.self_test import PICTURE
from device.images import find_images, read_image
from device.quality import measure
from device.settings import SHIPPED
from model_build import steps
from model_build.calibrate import read_rules
from model_build.errors import BuildError
from model_build.evaluate import summarize, summarize_headline
from model_build.robustness import measure as robustness
from model_build.workspace import Workspace, read_json

NAME = "ham10000-mobilenetv2"

ROBUSTNESS = "robustness.json"

_STEPS = ("dataset", "answers-validation-int8", "calibrate", "answers-test-int8", "evaluate")
"""The steps whose records must fit together."""


_CARD = """# Model card: {name}

Dermapoint is a research and teaching instrument, **not a medical device**. This model's answer
is not a diagnosis and must not replace a dermatologist.

**What it is.** MobileNetV2 1.0 at 224 x 224 pixels, full-integer INT8, for the classes of
dermatoscope pictures: {classes}.

**What it was made from.** HAM10000 (Tschandl P., Rosendahl C. & Kittler H., Sci. Data 5, 180161,
2018, doi:10.1038/sdata.2018.161; doi:10.7910/DVN/DBW86T), licensed CC BY-NC 4.0: **this model is
for non-commercial use**. The weights it started from: Google's MobileNetV2, trained on ImageNet,
Apache-2.0. Pictures were split by lesion, twins on one side; {train} pictures
for training, {validation} for validation and calibration, {test} held out.
SHA-256 of the split: `{split}`.

**What it is for.** Teaching, research and building: dermatoscope pictures of pigmented lesions.

**What it can't know.** Its pictures come from two clinics, in Austria and Australia, and almost
all show light skin: it has hardly seen dark skin, nails, mucosa, soles or palms, children,
amelanotic melanoma, or any diagnosis beyond the seven. It refuses most pictures that show no
lesion at all, but no photograph of other skin diseases was among those it learnt to refuse.
Pictures from another camera lower its accuracy.

**How it answers.** Each picture is looked at in eight orientations, and their probabilities are
averaged. A prediction set names the classes that can't be ruled out; thresholds come from
validation lesions, such that in every class nine of ten sets hold the right one.

**How good it is**, on held-out lesions, INT8, through the device's own code, with 95 % bootstrap
intervals by lesion:

{figures}
"""


_AGAINST_FLOAT = """INT8 against float on validation pictures, one view: balanced accuracy
{float_balanced_accuracy:.3f} in float, {int8_balanced_accuracy:.3f} in INT8, the same class on
{agreement:.1%} of pictures; eight views: {combined_float_balanced_accuracy:.3f},
{combined_int8_balanced_accuracy:.3f} and {combined_agreement:.1%}.
"""


_ROBUSTNESS = """Under other cameras and faults, simulated at five strengths (`dermapoint-build robustness`),
up to 60 lesions a class:

{table}
"""


def make_bundle(workspace: Workspace, out: Path, classes: Classes = HAM10000) -> None:
    """The `bundle` step: write the folder `out` anew, then load it as the device does.

    The model's maps are those of `classes.outputs`, in their order, then the foreign one.

    Raises BuildError when an earlier step is missing or did what the device doesn't, when the records of
    the steps don't fit together, and BundleError when the result can't be loaded.
    """
    workspace.require(workspace.metrics, "evaluate")
    if read_json(workspace.dataset).get("white_light"):
        raise BuildError(
            f"{workspace.root}: its pictures were made with --white-light, which the device doesn't do; "
            "build in another --work folder without it"
        )
    records = check_records(workspace)
    unfinished = out.with_name(out.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    shutil.copy(workspace.tflite, unfinished / MODEL)
    shutil.copy(workspace.metrics, unfinished / METRICS)
    for found, name in ((workspace.edgetpu_model, EDGETPU_MODEL), (workspace.robustness, ROBUSTNESS)):
        if found.exists():
            shutil.copy(found, unfinished / name)
    for plot in sorted(workspace.plots.iterdir()):
        shutil.copy(plot, unfinished / plot.name)
    (unfinished / MODEL_CARD).write_text(_write_card(workspace, classes), encoding="utf-8")
    training = read_json(workspace.training_record)
    provenance = {name: training[name] for name in ("split_sha256", "configuration", "versions")}
    provenance["steps"] = records
    interpreter, rules = Interpreter(workspace.tflite), read_rules(workspace)
    self_test = _write_self_test(Classifier(interpreter, rules, NAME, classes=classes), unfinished)
    write_manifest(unfinished, NAME, classes, interpreter.side, rules, self_test, provenance)
    bundle = load_bundle(unfinished)
    open_classifier(bundle)
    shutil.rmtree(out, ignore_errors=True)
    unfinished.rename(out)
    print(f"bundle: {bundle.title} in {out}")


def check_records(workspace: Workspace) -> dict[str, Any]:
    """The records of all steps behind the bundle. Raises BuildError where they don't fit together."""
    trained, split = (
        read_json(path)["split_sha256"] for path in (workspace.training_record, workspace.dataset)
    )
    if trained != split:
        raise BuildError(f"{workspace.root}: `train` had another split; run `dermapoint-build train` again")
    beside = {"robustness": workspace.robustness, "edgetpu": workspace.edgetpu_model}
    return steps.check(workspace, [*_STEPS, *(name for name, path in beside.items() if path.exists())])


def describe_figures(folder: Path) -> str:
    """The figures in a work folder, or in a bundle, as Markdown."""
    text = describe_accuracy(read_json(folder / METRICS))
    if (folder / ROBUSTNESS).exists():
        text += "\n" + _ROBUSTNESS.format(table=robustness.summarize(read_json(folder / ROBUSTNESS)))
    return text


def _write_self_test(classifier: Classifier, folder: Path) -> dict[str, float]:
    """Save the first demo frame's field, and give the model's probabilities for it."""
    field = resize_field(read_image(next(find_images(SHIPPED / "frames"))))
    cv2.imwrite(str(folder / PICTURE), field[..., ::-1])
    return classifier.classify([field], measure(field).advice).probabilities


def describe_headline(folder: Path) -> str:
    """What matters most of a work folder, or of a bundle, as Markdown."""
    return summarize_headline(read_json(folder / METRICS))


def describe_accuracy(metrics: dict[str, Any]) -> str:
    """What `evaluate` and `quantize` measured, as Markdown."""
    return summarize(metrics) + "\n\n" + _AGAINST_FLOAT.format(**metrics["int8_against_float"])


def _write_card(workspace: Workspace, classes: Classes) -> str:
    dataset = read_json(workspace.dataset)
    return _CARD.format(
        name=NAME,
        classes=", ".join(f"{each.code} ({each.name()})" for each in classes.outputs),
        split=dataset["split_sha256"],
        figures=describe_figures(workspace.root),
        **{part: sum(counts.values()) for part, counts in dataset["roles"].items()},
    )
