"""Each step after the one before it: what comes of a change is made anew, and nothing else is."""

import copy
import hashlib
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import device
import model_build
from device.classes import HAM10000
from device.classifier import preprocess
from device.errors import BundleError
from model_build import answers, bundle, comparison, evaluate, metrics, split, steps
from model_build.by_group import describe_groups
from model_build.calibrate import calibrate
from model_build.edgetpu import edgetpu
from model_build.errors import BuildError
from model_build.foreign.learn import learn
from model_build.quality.study import quality
from model_build.quantization.step import quantize
from model_build.report.make import report
from model_build.robustness import measure
from model_build.robustness.measure import robustness
from model_build.source_probe import probe
from model_build.steps import Step
from model_build.training import cross_fitting
from model_build.training.configuration import Configuration
from model_build.training.folds import answers_file
from model_build.training.step import DataSet, _soft, fold_folder, train, training_options
from model_build.workspace import Workspace, write_json
from tests.model_build.rows import row
from tests.model_build.small import vouch

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
    vouch(workspace)
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
        "robustness": lambda: robustness(workspace),
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
    before = declared(workspace, functions[name], monkeypatch).inputs()
    shutil.copytree(Path(device.__file__).parent / "classifier", tmp_path / "device" / "classifier")
    shutil.copytree(Path(device.__file__).parent / "quality", tmp_path / "device" / "quality")
    shutil.copytree(Path(model_build.__file__).parent, tmp_path / "model_build")
    monkeypatch.setattr(steps, "_PACKAGE", tmp_path / "model_build")
    for module in (evaluate, measure):
        monkeypatch.setattr(module, "BOUNDS", tmp_path / "device" / "quality" / "bounds.json")
    assert declared(workspace, functions[name], monkeypatch).inputs() == before
    with (tmp_path / "device" / file).open("a") as changed:
        changed.write(" ")
    assert declared(workspace, functions[name], monkeypatch).inputs() != before


def test_a_model_is_not_measured_on_lesions_it_may_have_learnt(workspace, tmp_path):
    """After the data set was made anew, and nothing else."""
    write_split(workspace, 3)
    for command in (
        lambda: describe_groups(workspace, None),
        lambda: report(workspace, tmp_path, tmp_path / "out"),
        lambda: robustness(workspace),
        lambda: quality(workspace, None, None),
        lambda: probe(workspace),
        lambda: comparison.measure(workspace, "run", tmp_path),
    ):
        with pytest.raises(BuildError, match=r"trained on another split than split\.csv"):
            command()


def test_a_model_of_an_earlier_training_is_not_measured(workspace):
    workspace.tflite.write_bytes(b"another")
    with pytest.raises(BuildError, match=r"model\.tflite is another than `quantize` made"):
        describe_groups(workspace, None)


def test_a_training_from_another_machine_is_measured_though_its_data_set_has_no_record(workspace):
    for name in ("dataset", "train"):
        (workspace.root / "records" / f"{name}.json").unlink()
    steps.check_model(workspace, "calibrate", "evaluate")


DISTILLED = Configuration(distilled=0.5)


@pytest.fixture
def answered(workspace):
    """A work folder whose folds were all asked."""
    folds = np.array([int(row.fold) if row.part == "train" else -1 for row in split.read(workspace.split)])
    for fold in range(split.FOLDS):
        asked = cross_fitting._step(workspace, "imagenet", Configuration(), fold, costly=False)
        assert not asked.is_done()
        (file,) = asked.makes
        file.parent.mkdir(parents=True)
        pictures = np.flatnonzero(folds == fold)
        np.savez(file, pictures=pictures, logits=np.zeros((len(pictures), 8, 8), np.float32))
        asked.finish()
    return workspace


def test_a_training_learns_from_the_folds_answers(answered, monkeypatch):
    read = declared(answered, lambda: train(answered, "imagenet", DISTILLED), monkeypatch).inputs()["data"]
    assert sum(name.startswith("folds/") for name in read) == split.FOLDS
    assert _soft(answered, DISTILLED, DataSet.read(answered)).shape == (42, 7)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: write_split(w, 3), r"split\.csv is another than `folds` read"),
        (lambda w: steps.forget(w, ["fold-3"]), "`folds` isn't finished"),
    ],
    ids=["another split", "a fold that is due"],
)
def test_stale_answers_of_folds_are_not_learnt_from(answered, change, words):
    change(answered)
    with pytest.raises(BuildError, match=words):
        train(answered, "imagenet", DISTILLED)


def test_a_training_picture_that_no_fold_answered_is_not_learnt_as_nothing(answered):
    file = answers_file(fold_folder(answered, 1))
    with np.load(file) as kept:
        pictures, logits = kept["pictures"][1:], kept["logits"][1:]
    np.savez(file, pictures=pictures, logits=logits)
    with pytest.raises(BuildError, match="1 training pictures have no answer"):
        _soft(answered, DISTILLED, DataSet.read(answered))


def test_other_weights_of_the_same_name_are_not_done_before(workspace, tmp_path):
    options = []
    for content in (b"one", b"other"):
        file = tmp_path / content.decode() / "start.h5"
        file.parent.mkdir()
        file.write_bytes(content)
        options.append(training_options(workspace, file, Configuration()))
    assert options[0] != options[1]
    with pytest.raises(BuildError, match="no such file"):
        training_options(workspace, tmp_path / "none.h5", Configuration())


def test_other_photographs_in_a_folder_of_the_same_name_are_not_done_before(workspace, tmp_path, monkeypatch):
    reads = []
    for content in ("one", "other"):
        folder = tmp_path / content / "photos"
        folder.mkdir(parents=True)
        (folder / "a.jpg").write_text(content)
        step = declared(workspace, lambda given=folder: evaluate.evaluate(workspace, [given]), monkeypatch)
        reads.append(step.inputs()["options"])
    assert reads[0] != reads[1]
    with pytest.raises(BuildError, match="two folders are called photos; rename one"):
        evaluate.evaluate(workspace, [tmp_path / "one" / "photos", tmp_path / "other" / "photos"])


def test_a_training_is_not_done_before_when_pictures_are_preprocessed_otherwise(workspace, monkeypatch):
    before = copy.deepcopy(training_options(workspace, "imagenet", Configuration()))
    monkeypatch.setitem(preprocess.DESCRIPTION, "resize", "another")
    assert training_options(workspace, "imagenet", Configuration()) != before
