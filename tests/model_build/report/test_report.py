"""The command on a small work folder: three lesions a class, answers that were drawn at random."""

import hashlib
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from device.classes import HAM10000
from device.classifier import Classifier, read_maps
from device.classifier.bundle import load_bundle
from device.classifier.interpreter import Interpreter
from device.images import read_image
from device.serialization import NOT_A_DEVICE
from model_build import cli, metrics, split
from model_build.calibrate import read_rules
from model_build.outputs import classes_of
from model_build.report import sections, skill
from model_build.report.held_out import look, read_held_out
from model_build.report.page import Text
from model_build.report.records import Record
from model_build.workspace import Workspace, write_json
from tests.conftest import BUNDLE, FRAMES
from tests.model_build.rows import beside, row
from tests.model_build.small import vouch

PLOTS = {
    "classes",
    "learning_curves",
    "confusion",
    "roc",
    "precision_recall",
    "reliability",
    "risk_coverage",
    "triage",
    "groups_age",
    "groups_sex",
    "groups_site",
    "groups_confirmation",
    "examples_right",
    "examples_missed",
    "examples_wrong",
}
SECTIONS = [
    "In short",
    "Data and split",
    "Learning curve",
    "Confusion matrix",
    "ROC, precision and recall",
    "Calibration and abstention",
    "The refer threshold",
    "By age, sex, site and confirmation",
    "Other cameras and faults of the picture",
    "Whether the features give the source away",
    "What the model looked at",
    "Comparisons",
    "Sources",
]


def details(i):
    sex, site = ("male", "female")[i % 2], ("back", "face", "")[i % 3]
    return {"age": f"{30 + i}.0", "sex": sex, "site": site, "confirmation": "histopathology"}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("work"))
    random = np.random.default_rng(4)
    rows = beside() + [
        row(f"ISIC_{i:07}", f"HAM_{i:07}", HAM10000.codes[i % 7], "train" if i < 7 else "test", **details(i))
        for i in range(28)
    ]
    split.write(rows, workspace.split)
    frame = read_image(sorted(FRAMES.glob("*.jpg"))[0])
    np.save(workspace.fields, np.stack([np.roll(frame[:224, :224], 8 * i, axis=1) for i in range(len(rows))]))
    labels = np.arange(21) % 7
    count = len(classes_of(workspace, rows).outputs)
    logits = (
        random.normal(0, 1, (21, 8, count))
        + 2 * np.eye(count)[labels][:, np.newaxis]
        + random.normal(0, 1, (21, 1, count))
    )
    shutil.copy(BUNDLE / "model.tflite", workspace.tflite)
    model = hashlib.sha256(workspace.tflite.read_bytes()).hexdigest()[:12]
    workspace.answers.mkdir()
    with (workspace.answers / f"test-left_out-{model}.npz").open("wb") as file:
        pictures = np.arange(len(rows) - 21, len(rows))
        foreign = np.zeros((21, 8), np.float32)
        np.savez(file, pictures=pictures, logits=logits.astype(np.float32), foreign=foreign)
    shutil.copy(BUNDLE / "metrics.json", workspace.metrics)
    rules = json.loads((BUNDLE / "bundle.json").read_text())["rules"]
    write_json(workspace.calibration, rules)
    write_json(workspace.quantization, {})
    write_json(workspace.dataset, {"pictures": 28, "lesions": 28, "split_sha256": "5eed", "twins": []})
    history = {"loss": [0.3, 0.2, 0.1], "epoch": [0, 0, 1]}
    write_json(workspace.training_record, {"history": history})
    vouch(workspace, "quantize", "calibrate", "evaluate")
    workspace.weights.touch()
    return workspace


@pytest.fixture(scope="module")
def out(work, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "new"
    patch = pytest.MonkeyPatch()
    patch.setattr(metrics, "RESAMPLES", 20)
    assert cli.main(command(work, folder)) == 0
    patch.undo()
    return folder


def command(work, out):
    words = {"--work": work.root, "--out": out, "--results": out / "none"}
    return ["report", *(str(word) for pair in words.items() for word in pair)]


def page(out):
    return (out / "report.html").read_text(encoding="utf-8")


def test_every_plot_is_there_as_png(out):
    assert {path.stem for path in out.glob("*.png")} == PLOTS
    for path in out.glob("*.png"):
        assert min(read_image(path).shape[:2]) > 200


def test_the_page_needs_nothing_but_itself(out):
    text = page(out)
    assert not re.search(r"https?:|<script|<link|<iframe|@import|url\(", text)
    images = re.findall(r"<img[^>]*>", text)
    assert len(images) == len(PLOTS)
    for image in images:
        assert 'src="data:image/png;base64,' in image
        assert re.search(r'alt="[^"]{20,}"', image)
    assert set(re.findall(r'href="([^"]*)"', text)) == {
        f"#{name}" for name in re.findall(r'<section id="([^"]*)"', text)
    }


def test_every_section_is_there_in_its_order(out):
    assert re.findall(r"<h2>([^<]*)</h2>", page(out)) == SECTIONS


def test_it_says_at_both_ends_that_it_is_no_medical_device(out):
    before, _, after = page(out).partition("<main>")
    assert NOT_A_DEVICE in before
    assert NOT_A_DEVICE in after.partition("</main>")[2]


def test_what_is_not_there_yet_says_so(out):
    assert "run `dermapoint-build robustness`" in page(out)
    assert "holds no table and no plot" in page(out)


def test_captions_count_the_pictures_of_this_work_folder(out):
    text = page(out)
    assert "each of the 21 held-out pictures" in text
    assert "The loss over 3 epochs" in text
    assert "more of the 9 malignant" in text


def test_examples_are_the_held_out_pictures_with_the_answers_own_map(work):
    held = read_held_out(work)
    ((field, saliency),) = look(work, held, [2])
    assert (field == np.load(work.fields)[len(beside()) + 9]).all()
    assert held.records[2] == Record("30 to 39", "female", "back", "histopathology")
    maps = (
        Classifier(
            Interpreter(work.tflite), read_rules(work), "", classes=classes_of(work, split.read(work.split))
        )
        .maps(field)
        .mean(axis=0)
    )
    evidence = np.maximum(maps[..., held.probabilities[2].argmax()], 0)
    assert saliency == pytest.approx(evidence / evidence.max())
    assert read_maps(maps)[0].shape == (len(load_bundle(BUNDLE).classes.outputs),)


def test_without_a_mistake_or_a_malignant_picture_a_sentence_stands_for_the_plot(work, tmp_path):
    held = read_held_out(work)
    right = replace(held, joint=np.eye(len(held.classes.outputs))[held.labels])
    benign = right.of(~right.malignant)
    said = [part.text for part in sections.examples(work, benign, tmp_path).parts if isinstance(part, Text)]
    assert "wrong on no held-out picture" in said[-1]
    assert "No held-out picture is malignant" in said[-2]
    assert [path.name for path in tmp_path.iterdir()] == ["examples_right.png"]
    (only,) = skill.triage(benign, tmp_path).parts
    assert only == Text("All held-out pictures are benign: no threshold can tell them apart.")


def test_a_work_folder_that_is_not_finished_names_the_step(tmp_path, capsys):
    assert cli.main(command(Workspace(tmp_path), tmp_path / "out")) == 2
    assert "run `dermapoint-build evaluate" in capsys.readouterr().err


def test_all_makes_no_report():
    arguments = ["all", "--data", "d", "--out", "o"]
    assert cli._report not in cli._parser().parse_args(arguments).steps
