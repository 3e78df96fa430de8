"""Each step after the one before it: what comes of a change is made anew, and nothing else is."""

import hashlib
import json

import numpy as np
import pytest

from device.examination import CLASSES
from model_build import answers, bundle, evaluate, metrics, split, steps
from model_build.calibrate import calibrate
from model_build.errors import BuildError
from model_build.steps import Step
from model_build.workspace import Workspace, write_json
from tests.model_build.rows import row

CHAIN = ("answers-validation-int8", "calibrate", "answers-test-int8", "evaluate")


def ask(tflite, fields):
    """Answers that hang on the model's bytes and on nothing else."""
    digest = hashlib.sha256(tflite.read_bytes()).digest()
    random = np.random.default_rng(list(digest[:4]))
    return random.normal(size=(len(fields), 8, 7)).astype(np.float32), random.normal(size=(len(fields), 8))


def run(workspace):
    """The steps from the INT8 model to its figures."""
    calibrate(workspace)
    evaluate.evaluate(workspace)


def records(workspace):
    return {name: (workspace.root / "records" / f"{name}.json").read_text() for name in CHAIN}


def write_split(workspace, count):
    rows = [
        row(f"{role}{label}{n}", f"l{role}{label}{n}", label, role)
        for role in ("train", "validation", "test")
        for label in CLASSES
        for n in range(count)
    ]
    split.write(rows, workspace.split)
    np.save(workspace.fields, np.zeros((len(rows), 2, 2, 3), np.uint8))


def record_dataset(workspace):
    steps.forget(workspace, ["dataset"])
    write_json(workspace.dataset, {"split_sha256": hashlib.sha256(workspace.split.read_bytes()).hexdigest()})
    step = Step(workspace, "dataset", [], [])
    assert not step.is_done()
    step = Step(workspace, "dataset", [], [workspace.split, workspace.fields, workspace.dataset])
    step.finish()


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "ask_int8", ask)
    monkeypatch.setattr(evaluate, "_measure_outcomes", lambda *rest: {})
    monkeypatch.setattr(evaluate, "summarize", lambda figures: "")
    monkeypatch.setattr(metrics, "RESAMPLES", 5)
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    write_split(workspace, 2)
    record_dataset(workspace)
    workspace.tflite.write_bytes(b"a model")
    write_json(workspace.quantization, {"agreement": 1.0})
    write_json(workspace.foreign_record, {"refused_when_left_out": {}})
    hash_of_split = json.loads(workspace.dataset.read_text())["split_sha256"]
    write_json(workspace.training_record, {"split_sha256": hash_of_split})
    run(workspace)
    return workspace


def test_a_second_run_makes_nothing_anew(workspace):
    before = records(workspace)
    run(workspace)
    assert records(workspace) == before


@pytest.mark.parametrize(
    ("change", "made_anew"),
    [
        (lambda w: write_split(w, 3), CHAIN),
        (lambda w: w.tflite.write_bytes(b"another model"), CHAIN),
        (lambda w: (w.answers / "validation-int8.npz").unlink(), CHAIN[:1]),
        (lambda w: w.calibration.write_text(w.calibration.read_text() + " "), CHAIN[1:2]),
        (lambda w: write_json(w.quantization, {"agreement": 0.9}), CHAIN[3:]),
    ],
    ids=["dataset", "quantize", "answers removed", "rules changed by hand", "quantization's figures"],
)
def test_what_comes_of_a_change_is_made_anew(workspace, change, made_anew):
    times = {name: (workspace.root / "records" / f"{name}.json").stat().st_mtime_ns for name in CHAIN}
    change(workspace)
    run(workspace)
    again = {
        name
        for name in CHAIN
        if (workspace.root / "records" / f"{name}.json").stat().st_mtime_ns != times[name]
    }
    assert again == set(made_anew)


def test_records_that_fit_together_make_a_bundle(workspace):
    assert set(bundle.check_records(workspace)) == {"dataset", *CHAIN}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: w.tflite.write_bytes(b"another model"), "model.tflite is another than"),
        (lambda w: w.calibration.write_text("{}"), "calibration.json is another than `calibrate` made"),
        (lambda w: w.metrics.write_text("{}"), "metrics.json is another than `evaluate` made"),
        (lambda w: write_split(w, 3), "split.csv is another than `dataset` made"),
        (lambda w: write_json(w.training_record, {"split_sha256": "x"}), "`train` had another split"),
        (lambda w: write_json(w.robustness, {}), "`robustness` isn't finished"),
        (lambda w: steps.forget(w, ["evaluate"]), "`evaluate` isn't finished"),
    ],
    ids=["model", "rules", "figures", "split", "training", "robustness of before", "cut off"],
)
def test_a_bundle_whose_records_do_not_fit_together_is_not_made(workspace, change, words):
    change(workspace)
    with pytest.raises(BuildError, match=words):
        bundle.check_records(workspace)
