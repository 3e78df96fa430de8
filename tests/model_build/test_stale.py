"""Nothing stale is measured or learnt from: another split, or other answers, weights, or pictures."""

import copy

import numpy as np
import pytest

from device.classifier import preprocess
from model_build import comparison, evaluate, split, steps
from model_build.by_group import describe_groups
from model_build.errors import BuildError
from model_build.quality.study import quality
from model_build.report.make import report
from model_build.robustness.measure import robustness
from model_build.source_probe import probe
from model_build.training import cross_fitting
from model_build.training.configuration import Configuration
from model_build.training.folds import answers_file
from model_build.training.step import DataSet, fold_folder, soft_targets, train, training_options
from tests.model_build.chain import declared, write_split


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
    read = declared(lambda: train(answered, "imagenet", DISTILLED), monkeypatch).inputs()["data"]
    assert sum(name.startswith("folds/") for name in read) == split.FOLDS
    assert soft_targets(answered, DISTILLED, DataSet.read(answered)).shape == (42, 7)


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
        soft_targets(answered, DISTILLED, DataSet.read(answered))


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
        step = declared(lambda given=folder: evaluate.evaluate(workspace, [given]), monkeypatch)
        reads.append(step.inputs()["options"])
    assert reads[0] != reads[1]
    with pytest.raises(BuildError, match="two folders are called photos; rename one"):
        evaluate.evaluate(workspace, [tmp_path / "one" / "photos", tmp_path / "other" / "photos"])


def test_a_training_is_not_done_before_when_pictures_are_preprocessed_otherwise(workspace, monkeypatch):
    before = copy.deepcopy(training_options(workspace, "imagenet", Configuration()))
    monkeypatch.setitem(preprocess.DESCRIPTION, "resize", "another")
    assert training_options(workspace, "imagenet", Configuration()) != before
