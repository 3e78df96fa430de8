"""Each step after the one before it: what comes of a change is made anew, and nothing else is."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

import device
import model_build
from device.errors import BundleError
from model_build import bundle, evaluate, steps
from model_build.calibrate import calibrate
from model_build.edgetpu import edgetpu
from model_build.errors import BuildError
from model_build.foreign.learn import learn
from model_build.quantization.step import quantize
from model_build.robustness import measure
from model_build.robustness.measure import robustness
from model_build.training.configuration import Configuration
from model_build.training.step import train
from model_build.workspace import write_json
from tests.model_build.chain import BEFORE, CHAIN, answer_validation, declared, records, run, write_split


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


def fill(folder, *given):
    """In place of a whole bundle."""
    (folder / "bundle.json").write_text("new")
    return SimpleNamespace(title="new")


def test_a_new_bundle_takes_the_place_of_the_old_and_leaves_nothing_beside_it(
    workspace, tmp_path, monkeypatch
):
    monkeypatch.setattr(bundle, "_fill", fill)
    out = tmp_path / "bundle"
    for _ in range(2):
        bundle.make_bundle(workspace, out)
        (out / "of before").touch()
    bundle.make_bundle(workspace, out)
    assert [path.name for path in out.iterdir()] == ["bundle.json"]
    assert {path.name for path in tmp_path.iterdir()} == {"work", "bundle"}


def test_the_old_bundle_stays_when_the_new_one_fails(workspace, tmp_path, monkeypatch):
    def fail(*given):
        raise BundleError("does not load")

    monkeypatch.setattr(bundle, "_fill", fail)
    out = tmp_path / "bundle"
    out.mkdir()
    (out / "bundle.json").write_text("old")
    with pytest.raises(BundleError):
        bundle.make_bundle(workspace, out)
    assert (out / "bundle.json").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"work", "bundle"}


def test_the_folder_where_one_stands_can_become_the_bundle(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "_fill", fill)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    bundle.make_bundle(workspace, Path())
    assert (here / "bundle.json").read_text() == "new"


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
        "robustness": lambda: robustness(workspace),
    }
    step = declared(functions[after], monkeypatch)
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


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("calibrate", "classifier/decision.py"),
        ("evaluate", "classifier/decision.py"),
        ("evaluate", "quality/measures.py"),
        ("evaluate", "quality/bounds.json"),
        ("robustness", "classifier/decision.py"),
        ("robustness", "quality/bounds.json"),
    ],
)
def test_a_step_is_done_anew_when_the_device_decides_otherwise(workspace, monkeypatch, tmp_path, name, file):
    functions = {
        "calibrate": lambda: calibrate(workspace),
        "evaluate": lambda: evaluate.evaluate(workspace),
        "robustness": lambda: robustness(workspace),
    }
    before = declared(functions[name], monkeypatch).inputs()
    shutil.copytree(Path(device.__file__).parent / "classifier", tmp_path / "device" / "classifier")
    shutil.copytree(Path(device.__file__).parent / "quality", tmp_path / "device" / "quality")
    shutil.copytree(Path(model_build.__file__).parent, tmp_path / "model_build")
    monkeypatch.setattr(steps, "_PACKAGE", tmp_path / "model_build")
    for module in (evaluate, measure):
        monkeypatch.setattr(module, "BOUNDS", tmp_path / "device" / "quality" / "bounds.json")
    assert declared(functions[name], monkeypatch).inputs() == before
    with (tmp_path / "device" / file).open("a") as changed:
        changed.write(" ")
    assert declared(functions[name], monkeypatch).inputs() != before
