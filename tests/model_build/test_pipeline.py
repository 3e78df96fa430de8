"""`dermapoint-build all` in small: few pictures, two batches an epoch, a network that starts from chance."""

import csv
import json

import keras
import numpy as np
import pytest

from device.classes import HAM10000
from device.classifier import load_classifier
from device.classifier.bundle import load_bundle
from device.classifier.interpreter import Interpreter, import_runtime
from device.classifier.preprocess import resize_field, scale_field
from device.images import encode_jpeg, read_image
from device.quality import measure
from model_build import split
from model_build.answers import ask_int8, validation_answers
from model_build.cli import main
from model_build.foreign.learn import load_finished
from model_build.outputs import classes_of
from model_build.prevalence import log_prevalence
from model_build.training.folds import ask
from model_build.training.step import load_network
from model_build.workspace import Workspace
from tests.conftest import BUNDLE, FRAMES
from tests.model_build.small import shrink

# The whole build in one fixture takes longer than any test may.
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Fourteen lesions a class from the demo frames, turned, so that no two are alike.

    Their ids are such that the split gives every class to every part.
    """
    root = tmp_path_factory.mktemp("data")
    pictures = [read_image(path) for path in sorted(FRAMES.glob("*.jpg"))]
    rows = []
    for number in range(98):
        turned = np.rot90(pictures[number % 29], number // 29)
        (root / f"ISIC_21{number:05}.jpg").write_bytes(encode_jpeg(np.ascontiguousarray(turned), 90))
        rows.append((f"HAM_{number:04}", f"ISIC_21{number:05}", HAM10000.codes[number % 7]))
    with (root / "HAM10000_metadata.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("lesion_id", "image_id", "dx"))
        writer.writerows(rows)
    return root


@pytest.fixture(scope="module")
def built(data, tmp_path_factory):
    """The workspace and bundle of a run that was cut off in its last stage and started again."""
    root = tmp_path_factory.mktemp("build")
    keras.utils.set_random_seed(1)
    backbone = keras.applications.MobileNetV2(input_shape=(224, 224, 3), include_top=False, weights=None)
    backbone.save_weights(root / "start.weights.h5")
    command = ["all", "--data", str(data), "--work", str(root / "work"), "--out", str(root / "bundle")]
    command += ["--weights", str(root / "start.weights.h5"), "--epochs", "2", "--steps-per-epoch", "2"]
    command += ["--batch", "8"]
    patch = pytest.MonkeyPatch()
    shrink(patch)
    pull_the_plug_after_the_first_epoch(patch)
    assert main(command) == 130
    assert main(command) == 0
    patch.undo()
    return Workspace(root / "work"), root / "bundle", command


def input_quantization(model):
    return import_runtime().Interpreter(model_path=str(model)).get_input_details()[0]["quantization"]


def pull_the_plug_after_the_first_epoch(patch):
    original = keras.callbacks.CSVLogger.on_epoch_end
    pulled = []

    def on_epoch_end(self, epoch, logs=None):
        original(self, epoch, logs)
        if str(self.filename).endswith("last.csv") and not pulled:
            pulled.append(epoch)
            self.csv_file.close()
            raise KeyboardInterrupt

    patch.setattr(keras.callbacks.CSVLogger, "on_epoch_end", on_epoch_end)


def test_a_run_that_was_cut_off_goes_on_with_its_next_epoch(built):
    with (built[0].training / "last.csv").open() as log:
        assert [row["epoch"] for row in csv.DictReader(log)] == ["0", "1"]


def test_a_second_run_does_nothing_again(built, capsys):
    assert main(built[2]) == 0
    assert capsys.readouterr().out.count("done before") == 6


def test_another_configuration_is_not_taken_for_the_one_that_was_trained(built, capsys):
    assert main(["train", "--work", str(built[0].root), "--seed", "7"]) == 2
    assert "--again train makes it anew" in capsys.readouterr().err


def test_the_bundle_is_one_that_the_device_loads(built, field):
    bundle = load_bundle(built[1])
    finding = load_classifier(built[1]).classify([field], measure(field).advice)
    assert sum(finding.probabilities.values()) == pytest.approx(1)
    assert "not a medical device" in bundle.model_card()
    assert "doi:10.7910/DVN/DBW86T" in bundle.model_card()
    manifest = json.loads((built[1] / "bundle.json").read_text())
    assert manifest["provenance"]["split_sha256"] == json.loads(built[0].dataset.read_text())["split_sha256"]
    assert manifest["provenance"]["configuration"]["stages"][-1]["epochs"] == 2
    on_disk = {str(p.relative_to(built[1])) for p in built[1].rglob("*") if p.is_file()}
    assert on_disk == set(manifest["files"]) | {"bundle.json"}


def test_a_network_answers_nothing_that_its_pictures_do_not_show(built):
    assert load_bundle(built[1]).classes.beside == ()


def test_a_bundle_of_records_that_do_not_fit_is_not_made(built, tmp_path, capsys):
    rules = built[0].calibration.read_text()
    built[0].calibration.write_text(rules.replace('"temperature": ', '"temperature": 1'))
    try:
        assert main(["bundle", "--work", str(built[0].root), "--out", str(tmp_path / "bundle")]) == 2
    finally:
        built[0].calibration.write_text(rules)
    assert "is another than `calibrate` made" in capsys.readouterr().err
    assert not (tmp_path / "bundle").exists()


def test_figures_have_intervals_and_the_confusion_matrix_adds_up(built):
    figures = json.loads(built[0].metrics.read_text())
    (measured,) = figures["sources"].values()
    with_intervals = [value for value in measured.values() if isinstance(value, dict) and "low" in value]
    assert len(with_intervals) == 12
    for figure in (*with_intervals, *measured["recall"].values(), *measured["coverage"].values()):
        assert figure["low"] <= figure["value"] <= figure["high"]
    assert sum(sum(row.values()) for row in measured["outcomes"].values()) == measured["pictures"]
    with (built[0].plots / "confusion.csv").open() as file:
        header, *rows = csv.reader(file)
    assert header[1:] == list(HAM10000.codes)
    held_out = [row for row in split.read(built[0].split) if row.part == "test"]
    assert sum(int(cell) for row in rows for cell in row[1:]) == len(held_out) == measured["pictures"]
    assert set(figures["foreign_left_out"]) == {*figures["foreign_refused"], "photographs"}


@pytest.mark.parametrize("name", ["classes.png", "learning_curves.png", "confusion.png"])
def test_every_step_leaves_its_picture(built, name):
    assert read_image(built[0].plots / name).shape[0] > 300


def test_the_same_picture_gives_the_same_int8_tensor_in_training_and_on_the_device(built, data):
    interpreter = Interpreter(built[0].tflite)
    scale, zero_point = input_quantization(built[0].tflite)
    fields = np.load(built[0].fields, mmap_mode="r")
    for number in range(8):
        trained_on = np.clip(np.rint(scale_field(fields[number]) / scale) + zero_point, -128, 127)
        on_device = interpreter.quantize(resize_field(read_image(data / f"ISIC_21{number:05}.jpg")))
        assert (on_device[0] == trained_on).all()


def test_int8_follows_float_though_rounding_is_measured_on_few_pictures(built):
    """On the network that was built here, picture by picture and view by view, the logits must correlate."""
    fields = np.load(built[0].fields, mmap_mode="r")[:12]
    real = ask(load_finished(built[0]), fields)
    int8, foreign = ask_int8(built[0].tflite, fields, classes_of(built[0], split.read(built[0].split)))
    assert int8.shape == (12, 8, 7)
    assert np.corrcoef(real[..., :-1].ravel(), int8.ravel())[0, 1] > 0.9
    assert np.abs(foreign - real[..., -1]).max() < 0.1 * np.ptp(real)


def test_the_finished_network_expects_what_calibration_expects(built):
    """Of one picture the two differ by training alone, not by how rare they take a class to be."""
    workspace = built[0]
    rows = split.read(workspace.split)
    expected = log_prevalence(rows, classes_of(workspace, rows).output_codes)
    assert np.ptp(expected) > 0
    trained, finished = (
        network.get_layer("maps").get_weights()[1][:-1]
        for network in (load_network(workspace), load_finished(workspace))
    )
    np.testing.assert_allclose(finished - trained, expected, atol=1e-6)
    asked = validation_answers(workspace).logits - validation_answers(workspace, power=0).logits
    np.testing.assert_allclose(asked, np.broadcast_to(expected, asked.shape), atol=1e-5)


@pytest.mark.parametrize("content", [None, b"rubbish"])
def test_weights_that_are_none_are_reported(tmp_path, data, capsys, content):
    file = tmp_path / "w.weights.h5"
    if content:
        file.write_bytes(content)
    work = tmp_path / "work"
    assert main(["dataset", "--data", str(data), "--work", str(work)]) == 0
    assert main(["train", "--work", str(work), "--weights", str(file)]) == 2
    assert str(file) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--weights", "none.weights.h5"], "none.weights.h5: no such file"),
        (["--side", "100"], "the device takes no pictures of 100 x 100"),
        (["--architecture", "resnet"], "'resnet' is not known"),
    ],
)
def test_what_would_stop_the_training_is_reported_before_any_picture_is_read(
    tmp_path, data, capsys, option, words
):
    command = ["all", "--data", str(data), "--work", str(tmp_path / "work"), "--out", str(tmp_path / "out")]
    assert main([*command, *option]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "work" / "fields.npy").exists()


@pytest.mark.parametrize("step", ["train", "foreign", "quantize", "calibrate", "evaluate", "bundle"])
def test_a_step_that_comes_too_early_names_the_one_before(tmp_path, capsys, step):
    more = ["--out", str(tmp_path / "bundle")] if step == "bundle" else []
    assert main([step, "--work", str(tmp_path), *more]) == 2
    error = capsys.readouterr().err
    assert "before" in error or "run `dermapoint-build" in error
    assert len(error.strip().splitlines()) == 1


def test_the_shipped_model_takes_what_training_gives():
    scale, zero_point = input_quantization(BUNDLE / "model.tflite")
    assert scale == pytest.approx(2 / 255, rel=1e-3)
    assert zero_point in (-1, 0)
