"""Each step after the one before it: what comes of a change is made anew, and nothing else is."""

import hashlib

import numpy as np
import pytest

from device.classes import HAM10000
from model_build import answers, bundle, evaluate, metrics, split, steps
from model_build.calibrate import calibrate
from model_build.edgetpu import edgetpu
from model_build.errors import BuildError
from model_build.foreign.learn import learn
from model_build.quantization.step import quantize
from model_build.robustness.measure import robustness
from model_build.steps import Step
from model_build.training.configuration import Configuration
from model_build.training.step import train
from model_build.workspace import Workspace, write_json
from tests.model_build.rows import row

CHAIN = ("calibrate", "evaluate")
BEFORE = ("dataset", "train", "foreign", "quantize")


def ask(tflite, fields, classes):
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
        for label in HAM10000.codes
        for n in range(count)
    ]
    split.write(rows, workspace.split)
    np.save(workspace.fields, np.zeros((len(rows), 2, 2, 3), np.uint8))


def record(workspace, name, makes):
    steps.forget(workspace, [name])
    kept = [path.read_bytes() for path in makes]
    step = Step(workspace, name, [], makes)
    assert not step.is_done()
    for path, content in zip(makes, kept, strict=True):
        path.write_bytes(content)
    step.finish()


def answer_validation(workspace):
    rows = split.read(workspace.split)
    pictures = np.flatnonzero([row.role == "validation" for row in rows])
    logits = np.random.default_rng(1).normal(size=(len(pictures), 8, 8)).astype(np.float32)
    workspace.validation_answers.parent.mkdir(parents=True, exist_ok=True)
    np.savez(workspace.validation_answers, pictures=pictures, logits=logits)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setattr(answers, "ask_int8", ask)
    monkeypatch.setattr(evaluate, "outcomes", lambda given, fields, rules: np.full(len(fields), "watch"))
    monkeypatch.setattr(evaluate, "refuse_foreign", lambda *rest: {})
    monkeypatch.setattr(evaluate, "Interpreter", lambda model: None)
    monkeypatch.setattr(evaluate, "Classifier", lambda *rest, **named: None)
    monkeypatch.setattr(metrics, "RESAMPLES", 5)
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    write_split(workspace, 2)
    write_json(workspace.dataset, {})
    workspace.weights.write_bytes(b"weights")
    workspace.tflite.write_bytes(b"a model")
    write_json(workspace.quantization, {"agreement": 1.0})
    write_json(workspace.foreign_record, {"refused_when_left_out": {}})
    answer_validation(workspace)
    record(workspace, "dataset", [workspace.split, workspace.fields, workspace.dataset])
    record(workspace, "train", [workspace.weights, workspace.validation_answers])
    record(workspace, "foreign", [workspace.foreign_record])
    record(workspace, "quantize", [workspace.tflite, workspace.quantization])
    run(workspace)
    return workspace


def test_a_second_run_makes_nothing_anew(workspace):
    before = records(workspace)
    run(workspace)
    assert records(workspace) == before


@pytest.mark.parametrize(
    ("change", "made_anew"),
    [
        (lambda w: (write_split(w, 3), answer_validation(w)), CHAIN),
        (lambda w: w.tflite.write_bytes(b"another model"), CHAIN),
        (lambda w: w.calibration.write_text(w.calibration.read_text() + " "), CHAIN[:1]),
        (lambda w: write_json(w.quantization, {"agreement": 0.9}), CHAIN[1:]),
    ],
    ids=["dataset", "quantize", "rules changed by hand", "quantization's figures"],
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
    assert set(bundle.check_records(workspace)) == {*BEFORE, *CHAIN}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: w.tflite.write_bytes(b"another model"), "model.tflite is another than"),
        (lambda w: w.calibration.write_text("{}"), "calibration.json is another than `calibrate` made"),
        (lambda w: w.metrics.write_text("{}"), "metrics.json is another than `evaluate` made"),
        (lambda w: write_split(w, 3), "split.csv is another than `dataset` made"),
        (lambda w: w.weights.write_bytes(b"others"), "float.weights.h5 is another than `train` made"),
        (lambda w: write_json(w.robustness, {}), "`robustness` isn't finished"),
        (lambda w: steps.forget(w, ["evaluate"]), "`evaluate` isn't finished"),
    ],
    ids=["model", "rules", "figures", "split", "training", "robustness of before", "cut off"],
)
def test_a_bundle_whose_records_do_not_fit_together_is_not_made(workspace, change, words):
    change(workspace)
    with pytest.raises(BuildError, match=words):
        bundle.check_records(workspace)


def stop(step):
    """In place of the work of a step: says what it reads and makes."""
    raise Stopped(step)


class Stopped(Exception):
    """Carries a step out of its function."""


def declared(workspace, function, monkeypatch):
    """The step that `function` declares, before it does anything."""
    with monkeypatch.context() as patch:
        patch.setattr(Step, "is_done", stop)
        with pytest.raises(Stopped) as stopped:
            function()
    return stopped.value.args[0]


PAIRS = [
    ("dataset", "train"),
    ("dataset", "foreign"),
    ("dataset", "quantize"),
    ("dataset", "calibrate"),
    ("dataset", "evaluate"),
    ("dataset", "robustness"),
    ("train", "foreign"),
    ("train", "quantize"),
    ("train", "calibrate"),
    ("foreign", "quantize"),
    ("foreign", "evaluate"),
    ("quantize", "calibrate"),
    ("quantize", "evaluate"),
    ("quantize", "edgetpu"),
    ("quantize", "robustness"),
    ("calibrate", "evaluate"),
    ("calibrate", "robustness"),
]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_step_reads_what_the_one_before_made(workspace, monkeypatch, before, after):
    """And is done anew, or refused where that is costly, when any of it is another."""
    makes = {
        "dataset": [workspace.split],
        "train": [workspace.validation_answers if after == "calibrate" else workspace.weights],
        "foreign": [workspace.foreign_record if after == "evaluate" else workspace.foreign],
        "quantize": [workspace.tflite],
        "calibrate": [workspace.calibration],
    }[before]
    workspace.foreign.write_bytes(b"head")
    functions = {
        "train": lambda: train(workspace, "imagenet", Configuration()),
        "foreign": lambda: learn(workspace),
        "quantize": lambda: quantize(workspace),
        "calibrate": lambda: calibrate(workspace),
        "evaluate": lambda: evaluate.evaluate(workspace),
        "edgetpu": lambda: edgetpu(workspace),
        "robustness": lambda: robustness(workspace, "test"),
    }
    step = declared(workspace, functions[after], monkeypatch)
    steps.forget(workspace, [after])
    assert not step.is_done()
    for path in step.makes:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"made")
    step.finish()
    assert step.is_done()
    for path in makes:
        path.write_bytes(path.read_bytes() + b" ")
    if step.costly:
        with pytest.raises(BuildError, match=f"other data .*--again {after}"):
            step.is_done()
    else:
        assert not step.is_done()
