"""The `quantize` step by itself, on a network that starts from chance and pictures of noise."""

import keras
import numpy as np
import pytest

from device.classifier.interpreter import import_runtime
from device.classifier.preprocess import scale_field
from device.examination import CLASSES
from model_build import network, quantize, split
from model_build.errors import QuantizationError
from model_build.fakequant import measure_ranges
from model_build.foreign.head import Head
from model_build.workspace import Workspace, write_json
from tests.model_build.rows import row

A_CLASS = {"train": 3, "validation": 2, "test": 1}


@pytest.fixture(scope="module")
def float_network():
    keras.utils.set_random_seed(5)
    return network.build(None)


@pytest.fixture(scope="module")
def finished_network(float_network):
    weights = np.random.default_rng(5).normal(0, 0.1, 1280).astype(np.float32)
    return network.add_foreign(float_network, Head(weights, 0.0))


@pytest.fixture
def workspace(tmp_path, float_network, finished_network):
    """What the steps before leave behind: pictures of noise, a split, weights and a head."""
    workspace = Workspace(tmp_path)
    places = [(part, label) for part, count in A_CLASS.items() for label in CLASSES for _ in range(count)]
    rows = [row(f"i{number}", f"l{number}", label, part) for number, (part, label) in enumerate(places)]
    split.write(rows, workspace.split)
    noise = np.random.default_rng(5).integers(0, 256, (len(rows), *network.INPUT_SHAPE), np.uint8)
    np.save(workspace.fields, noise)
    float_network.save_weights(workspace.weights)
    kernel, bias = finished_network.get_layer("maps").get_weights()
    Head(kernel[0, 0, :, -1], float(bias[-1])).save(workspace.foreign)
    return workspace


def test_the_model_is_int8_of_static_shape_from_picture_to_maps(workspace, finished_network):
    images = scale_field(np.load(workspace.fields)[:4])
    content = quantize.convert(finished_network, measure_ranges(finished_network, images))
    runtime = import_runtime().Interpreter(model_content=content)
    for details, shape in (
        (runtime.get_input_details(), [1, 224, 224, 3]),
        (runtime.get_output_details(), [1, 7, 7, 8]),
    ):
        (tensor,) = details
        assert tensor["dtype"] is np.int8
        # A free batch size would show as -1 here.
        assert tensor["shape_signature"].tolist() == shape
    runtime.allocate_tensors()
    assert {np.dtype(tensor["dtype"]).kind for tensor in runtime.get_tensor_details()} == {"i"}


def test_ranges_are_measured_on_as_many_training_pictures_of_each_class(workspace, monkeypatch):
    monkeypatch.setattr(quantize, "PICTURES_A_CLASS", 2)
    rows = split.read(workspace.split)
    chosen = [rows[index] for index in quantize.representatives(rows)]
    assert {row.role for row in chosen} == {"train"}
    assert [row.label for row in chosen] == [label for label in CLASSES for _ in range(2)]


def test_a_wrecked_model_is_refused_and_leaves_no_result(workspace, monkeypatch):
    convert = quantize.convert

    def convert_wrecked(model, ranges):
        # A head that always gives the same class, and never the float network's.
        said = model(scale_field(np.load(workspace.fields)[:1]))[0, : len(CLASSES)]
        favourite = int(np.argmin(said))
        kernel, bias = model.get_layer("maps").get_weights()
        model.get_layer("maps").set_weights([0 * kernel, np.eye(len(CLASSES) + 1)[favourite] + bias])
        return convert(model, {**ranges, "maps": (-1.0, 1.0)})

    monkeypatch.setattr(quantize, "convert", convert_wrecked)
    monkeypatch.setattr(quantize, "REHEARSAL_STEPS", 1)
    with pytest.raises(QuantizationError, match=r"agrees with float on \d+\.\d% of pictures"):
        quantize.quantize(workspace)
    assert not workspace.tflite.exists()
    assert not workspace.quantization.exists()


def test_a_step_that_is_done_is_not_done_again(tmp_path, capsys):
    """Nothing but its own figures is there: to do any of it again would raise."""
    workspace = Workspace(tmp_path)
    write_json(workspace.quantization, {"agreement": 0.97})
    quantize.quantize(workspace)
    assert capsys.readouterr().out.startswith("quantize: done before")
    assert [path.name for path in tmp_path.iterdir()] == [workspace.quantization.name]
