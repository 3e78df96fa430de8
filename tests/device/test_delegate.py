"""What runs the model, with a stand-in for the Edge TPU's library and stick."""

import json
import shutil

import numpy as np
import pytest

from device.classifier import bundle as bundle_module
from device.classifier import delegate, open_classifier
from device.classifier.bundle import load_bundle, write_manifest
from device.classifier.interpreter import import_runtime
from device.doctor import examine
from device.settings import Settings
from tests.conftest import BUNDLE


@pytest.fixture
def compiled_bundle(tmp_path):
    """The shipped bundle with a second model in it, which stands for the compiled one."""
    folder = shutil.copytree(BUNDLE, tmp_path / "bundle")
    shutil.copy(folder / "model.tflite", folder / bundle_module.EDGETPU_MODEL)
    shipped = load_bundle(BUNDLE)
    write_manifest(
        folder, "test", shipped.classes, shipped.side, shipped.rules, shipped.self_test.probabilities, {}
    )
    return folder


class Runtime:
    """The installed runtime, with a delegate of our own."""

    def __init__(self, load_delegate, interpreter=None):
        self.opened, self.runtimes = [], 0
        self.load_delegate = load_delegate
        self.interpreter = interpreter or import_runtime().Interpreter

    def Interpreter(self, *, model_path, num_threads, experimental_delegates):
        opened = (model_path.rsplit("/", 1)[-1], experimental_delegates)
        if opened not in self.opened:
            self.opened.append(opened)
        self.runtimes += 1
        return self.interpreter(model_path=model_path, num_threads=num_threads)


@pytest.fixture
def install(monkeypatch):
    def install(load_delegate, interpreter=None):
        runtime = Runtime(load_delegate, interpreter)
        for module in ("device.classifier.delegate", "device.classifier.interpreter"):
            monkeypatch.setattr(f"{module}.import_runtime", lambda: runtime)
        return runtime

    return install


def missing(library):
    raise ValueError(f"Failed to load delegate from {library}")


def test_without_a_compiled_model_the_cpu_serves_and_no_library_is_asked_for(install):
    runtime = install(lambda library: pytest.fail("asked for the library"))
    classifier = open_classifier(load_bundle(BUNDLE))
    assert classifier.runs_on == "CPU (the bundle holds no model compiled for an Edge TPU)"
    assert runtime.opened == [("model.tflite", None)]


@pytest.mark.parametrize("error", [ValueError("no stick"), OSError("no library")])
def test_without_library_or_stick_the_cpu_serves(install, compiled_bundle, error):
    def load_delegate(library):
        raise error

    runtime = install(load_delegate)
    classifier = open_classifier(load_bundle(compiled_bundle))
    assert classifier.runs_on == "CPU (libedgetpu.so.1 is not installed or finds no Edge TPU)"
    assert runtime.opened == [("model.tflite", None)]


def test_with_everything_there_the_edge_tpu_runs_the_compiled_model(install, compiled_bundle, field):
    runtime = install(lambda library: f"delegate of {library}")
    classifier = open_classifier(load_bundle(compiled_bundle))
    assert classifier.runs_on == "Coral Edge TPU"
    assert runtime.opened == [("model_edgetpu.tflite", ["delegate of libedgetpu.so.1"])]
    assert runtime.runtimes == 1
    assert np.isfinite(classifier.maps(field)).all()


@pytest.mark.parametrize("fails_at", ["opening", "first inference", "answer"])
def test_a_stick_that_fails_is_told_in_the_log_and_the_cpu_serves(install, compiled_bundle, caplog, fails_at):
    real = import_runtime().Interpreter

    def interpreter(*, model_path, num_threads):
        opened = real(model_path=model_path, num_threads=num_threads)
        if "edgetpu" not in model_path:
            return opened
        if fails_at == "opening":
            raise ValueError("the stick is gone")
        return _Failing(opened, fails_at == "answer")

    install(lambda library: "delegate", interpreter)
    classifier = open_classifier(load_bundle(compiled_bundle))
    assert classifier.runs_on == "CPU (the Edge TPU is there but fails; plug it in again and restart)"
    assert "plug the stick in again" in caplog.text


class _Failing:
    """An interpreter whose stick was pulled, or gives nothing but zeros."""

    def __init__(self, interpreter, answers):
        self.interpreter, self.answers = interpreter, answers

    def __getattr__(self, name):
        return getattr(self.interpreter, name)

    def invoke(self):
        if not self.answers:
            raise RuntimeError("USB transfer failed")

    def get_tensor(self, index):
        return np.zeros_like(self.interpreter.get_tensor(index))


def test_a_compiled_model_that_the_manifest_does_not_name_is_not_used(compiled_bundle):
    manifest = compiled_bundle / "bundle.json"
    content = json.loads(manifest.read_text())
    del content["files"][bundle_module.EDGETPU_MODEL]
    manifest.write_text(json.dumps(content))
    assert load_bundle(compiled_bundle).edgetpu_model is None


def test_doctor_says_what_runs_the_model(install, compiled_bundle, tmp_path):
    install(missing)
    settings = Settings(bundle=compiled_bundle, state=tmp_path / "state", mock_pins=True)
    checks = {check.part: check for check in examine(lambda: settings)}
    assert checks["bundle"].passed
    assert f"on the CPU ({delegate.LIBRARY} is not installed" in checks["bundle"].detail
