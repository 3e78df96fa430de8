"""`dermapoint-build all` in small: few pictures, two batches an epoch, a network that starts from chance."""

import csv
import json

import keras
import numpy as np
import pytest

from device.classifier import load_classifier
from device.classifier.bundle import load_bundle
from device.classifier.interpreter import Interpreter
from device.classifier.preprocess import resize_field, scale_field
from device.examination import CLASSES
from device.images import encode_jpeg, read_image
from device.quality import measure
from model_build import network, outcomes, quantize
from model_build.answers import ask_float, ask_int8
from model_build.augment import augmentation
from model_build.batches import plain_batches
from model_build.cli import main
from model_build.errors import QuantizationError
from model_build.fakequant import measure_ranges
from model_build.foreign import learn
from model_build.rounding import channel_axes, correct_biases, round_kernel, round_kernels
from model_build.stage import Stage, best_so_far, rate_at
from model_build.workspace import Workspace
from tests.conftest import BUNDLE, FRAMES


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
        rows.append((f"HAM_{number:04}", f"ISIC_21{number:05}", CLASSES[number % 7]))
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
    patch = pytest.MonkeyPatch()
    # Two batches teach a network nothing that rounding could lose; the bounds have a test of their own.
    patch.setattr(quantize, "LEAST_AGREEMENT", 0.0)
    patch.setattr(quantize, "MOST_LOST", 1.0)
    patch.setattr(quantize, "REHEARSAL_STEPS", 2)
    patch.setattr(learn, "RENDERED_EACH", 4)
    patch.setattr(learn, "CROPS_EACH", 1)
    patch.setattr(learn, "LESIONS_A_CLASS", 4)
    patch.setattr(outcomes, "FOREIGN_EACH", 2)
    pull_the_plug_after_the_first_epoch(patch)
    assert main(command) == 130
    assert main(command) == 0
    patch.undo()
    return Workspace(root / "work"), root / "bundle", command


def pull_the_plug_after_the_first_epoch(patch):
    original = keras.callbacks.CSVLogger.on_epoch_end
    pulled = []

    def on_epoch_end(self, epoch, logs=None):
        original(self, epoch, logs)
        if self.filename.endswith("fine.csv") and not pulled:
            pulled.append(epoch)
            self.csv_file.close()
            raise KeyboardInterrupt

    patch.setattr(keras.callbacks.CSVLogger, "on_epoch_end", on_epoch_end)


def test_a_run_that_was_cut_off_goes_on_with_its_next_epoch(built):
    with (built[0].training / "fine.csv").open() as log:
        assert [row["epoch"] for row in csv.DictReader(log)] == ["0", "1"]


def test_a_second_run_does_nothing_again(built, capsys):
    assert main(built[2]) == 0
    assert capsys.readouterr().out.count("done before") == 6


def test_a_network_goes_on_from_its_teacher(built, tmp_path):
    learner = Workspace(tmp_path / "learner")
    learner.root.mkdir()
    for name in ("dataset.json", "split.csv", "fields.npy"):
        (learner.root / name).symlink_to(built[0].root / name)
    command = ["train", "--work", str(learner.root), "--teacher", str(built[0].root), "--overlays", "0.5"]
    assert main([*command, "--cutting", "1", "--epochs", "1", "--steps-per-epoch", "2"]) == 0
    configuration = json.loads(learner.training_record.read_text())["configuration"]
    assert configuration["taught"] > 0
    assert (configuration["overlays"], configuration["cutting"]) == (0.5, 1.0)
    before, after = (network.build(None) for _ in range(2))
    before.load_weights(built[0].weights)
    after.load_weights(learner.weights)
    pairs = zip(before.get_weights(), after.get_weights(), strict=True)
    moved = [np.abs(a - b).max() for a, b in pairs]
    # Two batches move a network a little; another start would be another network.
    assert 0 < max(moved) < 0.05


def test_the_bundle_is_one_that_the_device_loads(built, field):
    bundle = load_bundle(built[1])
    finding = load_classifier(built[1]).classify([field], measure(field).advice)
    assert sum(finding.probabilities.values()) == pytest.approx(1)
    assert "not a medical device" in bundle.model_card()
    manifest = json.loads((built[1] / "bundle.json").read_text())
    assert manifest["provenance"]["split_sha256"] == json.loads(built[0].dataset.read_text())["split_sha256"]
    assert manifest["provenance"]["configuration"]["stages"][-1]["epochs"] == 2
    on_disk = {str(p.relative_to(built[1])) for p in built[1].rglob("*") if p.is_file()}
    assert on_disk == set(manifest["files"]) | {"bundle.json"}


def test_figures_have_intervals_and_the_confusion_matrix_adds_up(built):
    figures = json.loads(built[0].metrics.read_text())
    with_intervals = [figure for figure in figures.values() if isinstance(figure, dict) and "low" in figure]
    assert len(with_intervals) == 9
    for figure in (*with_intervals, *figures["recall"].values(), *figures["coverage"].values()):
        assert figure["low"] <= figure["value"] <= figure["high"]
    outcomes_counted = [sum(row.values()) for row in figures["outcomes"].values()]
    assert sum(outcomes_counted) == figures["pictures"]
    assert set(figures["foreign_left_out"]) == {*figures["foreign_refused"], "photographs"}
    with (built[0].plots / "confusion.csv").open() as file:
        header, *rows = csv.reader(file)
    assert header[1:] == list(CLASSES)
    assert sum(int(cell) for row in rows for cell in row[1:]) == figures["pictures"]


@pytest.mark.parametrize("name", ["classes.png", "learning_curves.png", "confusion.png"])
def test_every_step_leaves_its_picture(built, name):
    assert read_image(built[0].plots / name).shape[0] > 300


def test_the_same_picture_gives_the_same_int8_tensor_in_training_and_on_the_device(built, data):
    interpreter = Interpreter(built[0].tflite)
    scale, zero_point = interpreter._runtime.get_input_details()[0]["quantization"]
    fields = np.load(built[0].fields, mmap_mode="r")
    (batch, _), *_ = plain_batches(fields, np.zeros(98, np.int64), np.arange(8), batch=8, side=224)
    for number in range(8):
        trained_on = np.clip(np.rint(batch[number].numpy() / scale) + zero_point, -128, 127)
        on_device = interpreter.quantize(resize_field(read_image(data / f"ISIC_21{number:05}.jpg")))
        assert (on_device[0] == trained_on).all()


def test_the_shipped_model_takes_what_training_gives(field):
    scale, zero_point = Interpreter(BUNDLE / "model.tflite")._runtime.get_input_details()[0]["quantization"]
    assert scale == pytest.approx(2 / 255, rel=1e-3)
    assert zero_point in (-1, 0)


def test_int8_follows_float_though_rounding_is_measured_on_few_pictures(built):
    """On the network that was built here, picture by picture and view by view, the logits must correlate."""
    fields = np.load(built[0].fields, mmap_mode="r")[:12]
    real, real_foreign = ask_float(network.load_finished(built[0]), fields)
    int8, foreign = ask_int8(built[0].tflite, fields)
    assert real.shape == int8.shape == (12, 8, 7)
    assert np.corrcoef(real.ravel(), int8.ravel())[0, 1] > 0.9
    assert np.abs(foreign - real_foreign).max() < 0.1 * np.ptp(real)


@pytest.mark.parametrize(
    ("figures", "passes"),
    [
        ((0.75, 0.74, 0.96), True),
        ((0.75, 0.76, 0.95), True),
        ((0.75, 0.72, 0.95), False),
        ((0.75, 0.75, 0.94), False),
    ],
)
def test_int8_that_strays_is_refused(figures, passes):
    named = dict(
        zip(("float_balanced_accuracy", "int8_balanced_accuracy", "agreement"), figures, strict=True)
    )
    if passes:
        quantize.check(named)
    else:
        with pytest.raises(QuantizationError, match="INT8 loses"):
            quantize.check(named)


def test_rounding_puts_every_channel_on_its_own_grid():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype(np.float32)
    kernel[..., 2] *= 1000
    kernel[..., 3] = 0
    rounded = round_kernel(kernel, (0, 1, 2))
    for channel in range(5):
        step = np.abs(kernel[..., channel]).max() / 127
        assert np.abs(rounded[..., channel] - kernel[..., channel]).max() <= step / 2 * 1.001
        if step:
            steps = rounded[..., channel] / step
            assert np.abs(steps - np.rint(steps)).max() < 1e-3


def test_rounding_keeps_the_mean_of_every_channel():
    keras.utils.set_random_seed(3)
    inputs = keras.Input((16, 16, 3))
    wide = keras.layers.Conv2D(8, 3, padding="same", name="wide")(inputs)
    normal = keras.layers.BatchNormalization(name="normal")(wide)
    deep = keras.layers.DepthwiseConv2D(3, padding="same", name="deep")(keras.layers.ReLU()(normal))
    model = keras.Model(inputs, keras.layers.BatchNormalization(name="last")(deep))
    assert channel_axes(model.get_layer("deep")) == (0, 1)
    images = np.random.default_rng(1).uniform(0, 1, (12, 16, 16, 3)).astype(np.float32)
    before = model(images).numpy()
    uncorrected = keras.models.clone_model(model)
    uncorrected.set_weights(model.get_weights())
    for name in ("wide", "deep"):
        layer = uncorrected.get_layer(name)
        kernel, *bias = layer.get_weights()
        layer.set_weights([round_kernel(kernel, channel_axes(layer)), *bias])
    correct_biases(model, images)
    round_kernels(model)

    def shift(network):
        return np.abs(network(images).numpy().mean((0, 1, 2)) - before.mean((0, 1, 2))).max()

    assert shift(model) < shift(uncorrected) / 3


def test_ranges_hold_zero_and_leave_out_the_widest(built):
    model = network.build(None)
    model.load_weights(built[0].weights)
    fields = np.load(built[0].fields, mmap_mode="r")
    ranges = measure_ranges(model, scale_field(fields[:8]))
    assert len(ranges) == 63
    assert all(low <= 0 < high for low, high in ranges.values())
    assert all(high <= 6 for name, (_, high) in ranges.items() if name.endswith("relu"))


def test_augmentation_keeps_shape_and_range_and_draws_for_each_picture(field):
    images = np.stack([scale_field(field)] * 6)
    augmented = np.array(augmentation(seed=1)(images, training=True))
    assert augmented.shape == images.shape
    assert augmented.min() >= -1
    assert augmented.max() <= 1
    assert len({each.tobytes() for each in augmented}) == 6
    again = np.array(augmentation(seed=1)(images, training=True))
    assert (again == augmented).all()


def test_the_rate_warms_up_and_falls_to_the_last():
    stage = Stage("s", epochs=16, side=224, rate=1e-3, last_rate=1e-5)
    rates = [rate_at(stage, epoch) for epoch in range(16)]
    assert rates[0] < rates[1] == max(rates) == stage.rate
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert rate_at(stage, 16) == pytest.approx(stage.last_rate)


@pytest.mark.parametrize("content", [None, b"rubbish"])
def test_weights_that_are_none_are_told(tmp_path, data, capsys, content):
    file = tmp_path / "w.weights.h5"
    if content:
        file.write_bytes(content)
    work = tmp_path / "work"
    assert main(["dataset", "--data", str(data), "--work", str(work)]) == 0
    assert main(["train", "--work", str(work), "--weights", str(file)]) == 2
    assert str(file) in capsys.readouterr().err


@pytest.mark.parametrize("step", ["train", "foreign", "quantize", "calibrate", "evaluate"])
def test_a_step_that_comes_too_early_names_the_one_before(tmp_path, capsys, step):
    assert main([step, "--work", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "run `dermapoint-build" in error
    assert len(error.strip().splitlines()) == 1


def test_a_run_cut_off_in_its_first_epoch_has_no_best_yet(tmp_path):
    log = tmp_path / "fine.csv"
    assert best_so_far(log) is None
    log.touch()
    assert best_so_far(log) is None
    log.write_text("epoch,val_balanced_accuracy\n0,0.5\n1,0.4\n")
    assert best_so_far(log) == 0.5
