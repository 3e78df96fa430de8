"""The `quantize` step by itself, on a network that starts from chance and pictures of noise."""

import keras
import numpy as np
import pytest

from device.classes import PRESET
from device.classifier.interpreter import import_runtime
from device.classifier.preprocess import scale_field
from model_build import split
from model_build.errors import QuantizationError
from model_build.foreign.head import Head
from model_build.quantization import step as quantization
from model_build.quantization.ranges import measure_ranges
from model_build.quantization.rounding import channel_axes, correct_biases, round_kernel, round_kernels
from model_build.training import network
from model_build.training.configuration import Configuration
from model_build.workspace import Workspace, write_json
from tests.model_build.rows import row

A_LABEL = {"train": 3, "validation": 2, "test": 1}
OUTPUTS = len(PRESET.outputs)


@pytest.fixture(scope="module")
def float_network():
    keras.utils.set_random_seed(5)
    return network.build(None, 128, OUTPUTS + 1)


@pytest.fixture
def workspace(tmp_path, float_network):
    """What the steps before leave behind: pictures of noise, a split, weights and a head."""
    workspace = Workspace(tmp_path)
    places = [
        (part, code) for part, count in A_LABEL.items() for code in PRESET.output_codes for _ in range(count)
    ]
    rows = [row(f"i{number}", f"l{number}", label, part) for number, (part, label) in enumerate(places)]
    split.write(rows, workspace.split)
    noise = np.random.default_rng(5).integers(0, 256, (len(rows), 128, 128, 3), np.uint8)
    np.save(workspace.fields, noise)
    float_network.save_weights(workspace.weights)
    configuration = Configuration().at_side(128).to_json()
    write_json(workspace.training_record, {"configuration": configuration})
    Head(np.random.default_rng(5).normal(0, 0.1, 1280).astype(np.float32), 0.0).save(workspace.foreign)
    return workspace


def test_the_model_is_int8_of_static_shape_from_picture_to_maps(workspace, float_network):
    images = scale_field(np.load(workspace.fields)[:4])
    content = quantization.convert(float_network, measure_ranges(float_network, images))
    runtime = import_runtime().Interpreter(model_content=content)
    for details, shape in (
        (runtime.get_input_details(), [1, 128, 128, 3]),
        (runtime.get_output_details(), [1, 4, 4, OUTPUTS + 1]),
    ):
        (tensor,) = details
        assert tensor["dtype"] is np.int8
        # A free batch size would show as -1 here.
        assert tensor["shape_signature"].tolist() == shape
    runtime.allocate_tensors()
    assert {np.dtype(tensor["dtype"]).kind for tensor in runtime.get_tensor_details()} == {"i"}


def test_ranges_are_measured_on_as_many_training_pictures_of_each_class_of_each_source(monkeypatch):
    monkeypatch.setattr(quantization, "PICTURES_A_CELL", 2)
    rows = [
        row(f"i{n}", f"l{n}", ("nv", "mel")[n % 2], ("train", "test")[n // 8 % 2], source=f"s{n // 16}")
        for n in range(32)
    ]
    chosen = [rows[index] for index in quantization.representatives(rows)]
    assert {row.role for row in chosen} == {"train"}
    cells = sorted((row.source, row.label) for row in chosen)
    assert cells == sorted(2 * [(source, label) for source in ("s0", "s1") for label in ("mel", "nv")])


def test_a_wrecked_model_is_refused_and_leaves_no_result(workspace, monkeypatch):
    convert = quantization.convert

    def convert_wrecked(model, ranges):
        # A head that always gives the same output, and never the float network's.
        said = model(scale_field(np.load(workspace.fields)[:1]))[0, :-1]
        favourite = int(np.argmin(said))
        kernel, bias = model.get_layer("maps").get_weights()
        model.get_layer("maps").set_weights([0 * kernel, np.eye(OUTPUTS + 1)[favourite] + bias])
        return convert(model, {**ranges, "maps": (-1.0, 1.0)})

    monkeypatch.setattr(quantization, "convert", convert_wrecked)
    monkeypatch.setattr(quantization, "QAT_STEPS", 1)
    with pytest.raises(QuantizationError, match=r"agrees with float on \d+\.\d% of pictures"):
        quantization.quantize(workspace)
    assert not workspace.tflite.exists()
    assert not workspace.quantization.exists()


@pytest.mark.parametrize(("agreement", "passes"), [(0.96, True), (0.95, True), (0.94, False)])
def test_int8_that_strays_is_refused(agreement, passes):
    if passes:
        quantization.check({"agreement": agreement})
    else:
        with pytest.raises(QuantizationError, match="INT8 agrees with float"):
            quantization.check({"agreement": agreement})


def test_agreement_is_reported_for_each_source_the_worst_first():
    rows = [row(f"i{n}", f"l{n}", "nv", "validation", source=("good", "bad")[n % 2]) for n in range(8)]
    real = np.eye(3, dtype=np.float32)[[0] * 8][:, None].repeat(8, axis=1)
    int8 = real.copy()
    int8[[1, 3]] = np.eye(3)[2]
    figures = quantization.compare(rows, real, int8)
    assert list(figures["sources"]) == ["bad", "good"]
    assert figures["sources"]["bad"]["combined_agreement"] == 0.5
    assert figures["agreement"] == 0.75


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


def test_ranges_hold_zero_and_leave_out_the_widest(workspace, float_network):
    fields = np.load(workspace.fields, mmap_mode="r")
    ranges = measure_ranges(float_network, scale_field(fields[:8]))
    assert len(ranges) == 63
    assert all(low <= 0 < high for low, high in ranges.values())
    assert all(high <= 6 for name, (_, high) in ranges.items() if name.endswith("relu"))
