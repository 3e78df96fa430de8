import json
import math
import shutil

import pytest

from device.classes import HAM10000
from device.classifier import load_classifier
from device.classifier.bundle import load_bundle
from device.classifier.interpreter import Interpreter
from device.errors import BundleError
from tests.conftest import BUNDLE


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(BUNDLE, tmp_path / "bundle")


def edit(bundle, change):
    manifest = bundle / "bundle.json"
    content = json.loads(manifest.read_text())
    change(content)
    manifest.write_text(json.dumps(content))


def test_the_shipped_bundle_is_whole():
    bundle = load_bundle(BUNDLE)
    assert bundle.rules.temperature > 0
    assert 0 < bundle.rules.refer_at < 1
    assert "not a medical device" in bundle.model_card()
    assert bundle.model.stat().st_size <= 3.5e6
    assert bundle.identity in bundle.title


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda b: shutil.rmtree(b), "no model bundle there"),
        (lambda b: (b / "bundle.json").write_text("{"), "damaged"),
        (lambda b: (b / "bundle.json").write_text("[]"), "wrong kind"),
        (lambda b: (b / "model.tflite").unlink(), "model.tflite: is missing"),
        (lambda b: (b / "model.tflite").write_bytes(b"rubbish"), "not the file"),
        (lambda b: edit(b, lambda c: c["preprocessing"].update(channels="BGR")), "its preprocessing"),
        (lambda b: edit(b, lambda c: c.update(format=99)), "format 99, and this version reads 3"),
        (lambda b: edit(b, lambda c: c["rules"].pop("temperature")), "temperature"),
        (lambda b: edit(b, lambda c: c["rules"]["include_from"].pop()), "prediction sets"),
        (lambda b: edit(b, lambda c: c["rules"].update(temperature=0)), "a finite temperature above 0"),
        (lambda b: edit(b, lambda c: c["rules"].update(refer_at=math.nan)), "refer_at from 0 to 1"),
        (lambda b: edit(b, lambda c: c["rules"].update(refer_at=1.01)), "refer_at from 0 to 1"),
        (lambda b: edit(b, lambda c: c["rules"].update(abstain_below=-0.1)), "abstain_below from 0 to 1"),
        (lambda b: edit(b, lambda c: c["rules"].update(foreign_above=math.inf)), "finite foreign_above"),
        (
            lambda b: edit(b, lambda c: c["rules"]["include_from"].__setitem__(4, math.nan)),
            "include_from from 0 to 1",
        ),
        (lambda b: edit(b, lambda c: c["self_test"].update(mel=math.nan)), "when it was built"),
        (lambda b: edit(b, lambda c: c["self_test"].pop("mel")), "mel"),
        (lambda b: edit(b, lambda c: c["self_test"].update(mel=0.99, nv=0.0)), "when it was built"),
        (lambda b: edit(b, lambda c: c["files"].pop("self_test.png")), "names no self_test.png"),
        (lambda b: edit(b, lambda c: c["files"].pop("model.tflite")), "names no model.tflite"),
    ],
)
def test_a_spoilt_bundle_is_refused_in_one_sentence(copy, spoil, word):
    spoil(copy)
    with pytest.raises(BundleError, match=word) as caught:
        load_classifier(copy)
    assert "\n" not in str(caught.value)


def test_the_manifest_has_the_classes_in_the_projects_order():
    assert load_bundle(BUNDLE).classes.codes == HAM10000.codes


@pytest.mark.parametrize("data", [b"", b"rubbish", (BUNDLE / "model.tflite").read_bytes()[:5000]])
def test_a_file_that_is_no_model_is_refused(tmp_path, data):
    (tmp_path / "model.tflite").write_bytes(data)
    with pytest.raises(BundleError):
        Interpreter(tmp_path / "model.tflite")
