"""The check for an Edge TPU, and the compiler in a stand-in."""

import json
import os
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from model_build.cli import main
from model_build.edgetpu import SUPPORTED, check
from model_build.workspace import Workspace
from tests.conftest import BUNDLE


def write_model(path: Path, *, int8=True, static=True, top=None):
    """A small convolution, full-integer or float, its batch fixed or free, with `top` on it."""
    inputs = keras.Input(batch_shape=(1 if static else None, 16, 16, 3))
    x = keras.layers.Conv2D(4, 3, padding="same")(inputs)
    outputs = top(x) if top else x
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(inputs, outputs))
    if int8:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        images = np.random.default_rng(0).uniform(-1, 1, (8, 1, 16, 16, 3)).astype(np.float32)
        converter.representative_dataset = lambda: ([image] for image in images)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    path.write_bytes(converter.convert())
    return path


def test_every_operator_of_the_shipped_model_runs_on_the_edge_tpu():
    verdict = check(BUNDLE / "model.tflite")
    assert verdict.problems == []
    assert verdict.mapped == verdict.operators == 63
    assert str(verdict).startswith("63 of 63 operators")


def test_a_float_model_is_refused_for_its_tensors(tmp_path):
    verdict = check(write_model(tmp_path / "m.tflite", int8=False))
    assert verdict.mapped == 0
    assert "has a FLOAT32 tensor" in {problem.reason for problem in verdict.problems}


def test_a_free_batch_is_refused(tmp_path):
    verdict = check(write_model(tmp_path / "m.tflite", static=False))
    assert "has a tensor without a static shape" in {problem.reason for problem in verdict.problems}


def test_an_operator_that_is_not_supported_is_named_with_its_place(tmp_path):
    verdict = check(write_model(tmp_path / "m.tflite", top=keras.layers.LeakyReLU()))
    assert verdict.problems[0].operator == "LEAKY_RELU"
    assert verdict.problems[0].operator not in SUPPORTED
    assert verdict.mapped == verdict.problems[0].place == 1
    assert "from the first of these on" in str(verdict)


def test_a_dilated_depthwise_convolution_is_refused(tmp_path):
    layer = keras.layers.DepthwiseConv2D(3, dilation_rate=2, padding="same")
    reasons = {problem.reason for problem in check(write_model(tmp_path / "m.tflite", top=layer)).problems}
    assert reasons == {"is a dilated depthwise convolution"}


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    workspace.tflite.write_bytes((BUNDLE / "model.tflite").read_bytes())
    return workspace


@pytest.fixture
def compiler(tmp_path, monkeypatch):
    """Puts a script on the PATH that plays the compiler."""

    def put(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "edgetpu_compiler").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "edgetpu_compiler").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return put


def test_without_the_compiler_the_step_says_how_to_get_it(workspace, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["edgetpu", "--work", str(workspace.root)]) == 0
    assert "package edgetpu-compiler" in capsys.readouterr().out
    assert not workspace.edgetpu_model.exists()
    assert not workspace.edgetpu.exists()


def test_what_the_compiler_makes_is_kept_with_its_summary(workspace, compiler, capsys):
    compiler('cp "$4" "$3/model_edgetpu.tflite"; echo "Number of operations that will run on Edge TPU: 63"')
    command = ["edgetpu", "--work", str(workspace.root)]
    assert main(command) == 0
    assert workspace.edgetpu_model.read_bytes() == workspace.tflite.read_bytes()
    written = json.loads(workspace.edgetpu.read_text())
    assert written["mapped"] == 63
    assert written["compiler"].endswith("Edge TPU: 63")
    assert main(command) == 0
    assert "done before" in capsys.readouterr().out


@pytest.mark.parametrize("script", ["echo 'Invalid model' >&2; exit 1", "echo 'Invalid model' >&2"])
def test_a_compiler_that_fails_is_quoted_and_nothing_is_left(workspace, compiler, capsys, script):
    compiler(script)
    assert main(["edgetpu", "--work", str(workspace.root)]) == 2
    assert "Invalid model" in capsys.readouterr().err
    assert not workspace.edgetpu_model.exists()
    assert not workspace.edgetpu.exists()
