"""The browser's model is the device's file with a border in front."""

import numpy as np
import pytest

from browser.border import input_quantization, make_border
from device.classifier.interpreter import Interpreter, import_runtime
from tests.conftest import BUNDLE

MODEL = BUNDLE / "model.tflite"


def open_bordered(content):
    runtime = import_runtime().Interpreter(model_content=content, num_threads=1)
    runtime.allocate_tensors()
    (taken,), (given,) = runtime.get_input_details(), runtime.get_output_details()
    return runtime, taken, given


def test_with_its_border_the_model_takes_bytes_and_gives_the_device_s_very_maps():
    model = MODEL.read_bytes()
    runtime, taken, given = open_bordered(make_border(model) + model)
    interpreter = Interpreter(MODEL, cores=1)
    assert (taken["dtype"], given["dtype"]) == (np.uint8, np.float32)
    for seed in range(3):
        tensor = np.random.default_rng(seed).integers(-128, 128, taken["shape"]).astype(np.int8)
        runtime.set_tensor(taken["index"], (tensor.astype(np.int16) + 128).astype(np.uint8))
        runtime.invoke()
        assert (runtime.get_tensor(given["index"])[0] == interpreter.invoke(tensor)).all()


def test_the_border_is_a_few_kilobytes_and_keeps_what_is_behind_it_aligned():
    border = make_border(MODEL.read_bytes())
    assert len(border) < 8192
    assert len(border) % 64 == 0


def test_the_input_s_quantization_is_the_runtime_s():
    model = MODEL.read_bytes()
    runtime = import_runtime().Interpreter(model_content=model)
    assert input_quantization(model) == runtime.get_input_details()[0]["quantization"]


def test_a_model_with_other_tensors_is_refused():
    model = MODEL.read_bytes()
    with pytest.raises(ValueError, match="not INT8"):
        make_border(make_border(model) + model)


def test_a_file_that_is_no_model_is_refused():
    with pytest.raises(ValueError, match="no TensorFlow Lite model"):
        make_border(b"PK\3\4 something else")
