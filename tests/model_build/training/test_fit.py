import csv

import keras
import numpy as np
import pytest

from model_build.errors import BuildError
from model_build.training import network
from model_build.training.configuration import RECIPES, Configuration, Stage
from model_build.training.fit import TrainingSet, _optimizer, fit
from model_build.training.folds import ask, fit_fold, read_answers
from model_build.training.loader import Batches, at_side
from model_build.training.sampling import Pictures

SMALL = Stage("small", epochs=2, side=64, rate=1e-3, learns="head")
FULL = Stage("full", epochs=2, side=96, rate=1e-3, learns="head")
CONFIGURATION = Configuration(stages=(SMALL, FULL), last=FULL, steps_per_epoch=2, batch=4)


@pytest.fixture(scope="module")
def pictures():
    """Three classes that differ in colour, in two sources."""
    random = np.random.default_rng(2)
    outputs = np.arange(30) % 3
    colours = np.eye(3)[outputs][:, None, None] * 120
    fields = (colours + random.integers(0, 100, (30, 96, 96, 3))).astype(np.uint8)
    return Pictures(fields, outputs, np.arange(30) % 2, ("a", "b", "c"))


@pytest.fixture(scope="module")
def training_set(pictures):
    return TrainingSet(pictures, np.arange(24))


def epochs(log):
    with log.open() as file:
        return [row["epoch"] for row in csv.DictReader(file)]


class PulledPlug(BaseException):
    pass


def test_a_run_that_was_killed_goes_on_with_its_next_epoch(tmp_path, training_set, monkeypatch):
    written = keras.callbacks.CSVLogger.on_epoch_end

    def pull(self, epoch, logs=None):
        written(self, epoch, logs)
        if str(self.filename).endswith("full.csv"):
            self.csv_file.close()
            raise PulledPlug

    with monkeypatch.context() as patch:
        patch.setattr(keras.callbacks.CSVLogger, "on_epoch_end", pull)
        with pytest.raises(PulledPlug):
            fit(tmp_path, CONFIGURATION, CONFIGURATION.stages, training_set, None)
    finished = fit(tmp_path, CONFIGURATION, CONFIGURATION.stages, training_set, None)
    assert epochs(tmp_path / "small.csv") == ["0", "1"]
    assert epochs(tmp_path / "full.csv") == ["0", "1"]
    again = fit(tmp_path, CONFIGURATION, CONFIGURATION.stages, training_set, None)
    for one, other in zip(finished.get_weights(), again.get_weights(), strict=True):
        assert (one == other).all()


def test_a_damaged_checkpoint_falls_back_to_the_one_before(tmp_path, training_set, monkeypatch):
    stage = Stage("full", epochs=3, side=64, rate=1e-3, learns="head")
    written = keras.callbacks.CSVLogger.on_epoch_end

    def pull(self, epoch, logs=None):
        written(self, epoch, logs)
        if epoch == 1:
            self.csv_file.close()
            raise PulledPlug

    with monkeypatch.context() as patch:
        patch.setattr(keras.callbacks.CSVLogger, "on_epoch_end", pull)
        with pytest.raises(PulledPlug):
            fit(tmp_path, CONFIGURATION, [stage], training_set, None)
    newest = max((tmp_path / "full.backup").rglob("*.h5"), key=lambda path: path.stat().st_mtime)
    newest.write_bytes(newest.read_bytes()[:1000])
    fit(tmp_path, CONFIGURATION, [stage], training_set, None)
    assert epochs(tmp_path / "full.csv")[-1] == "2"


def test_one_epoch_learns(tmp_path, training_set):
    stage = Stage("full", epochs=1, side=64, rate=1e-3, learns="all")
    before = network.build(None, 64, 4)
    after = fit(tmp_path, CONFIGURATION, [stage], training_set, before.get_weights())
    kernels = [model.get_layer("maps").get_weights()[0] for model in (before, after)]
    assert np.abs(kernels[1] - kernels[0]).max() > 1e-4


def test_only_what_learns_changes(tmp_path, training_set):
    before = network.build(None, 64, 4)
    after = fit(tmp_path, CONFIGURATION, [SMALL], training_set, before.get_weights())
    for layer in ("Conv1", "block_3_expand", "Conv_1"):
        for one, other in zip(
            before.get_layer(layer).get_weights(), after.get_layer(layer).get_weights(), strict=True
        ):
            assert (one == other).all()


def test_a_fold_is_answered_by_a_network_that_never_saw_it(tmp_path, pictures):
    parameters = fit_fold(
        tmp_path, None, CONFIGURATION, TrainingSet(pictures, np.arange(24)), np.arange(24, 30)
    )
    assert len(parameters) > 100
    logits, said = read_answers([tmp_path], 30)
    assert logits.shape == (30, 8, 4)
    assert said.tolist() == [0] * 24 + [1] * 6


def test_views_are_those_of_the_device(pictures):
    model = network.build(None, 96, 4)
    said = ask(model, pictures.fields[:2])
    mirrored = np.ascontiguousarray(pictures.fields[:2, :, ::-1])
    # A mirrored picture's mirrored view is the picture itself.
    assert ask(model, mirrored)[:, 4] == pytest.approx(said[:, 0], abs=1e-4)


def test_each_process_takes_its_part_of_a_batch(pictures):
    def part(number):
        return Batches(
            pictures.fields,
            lambda epoch: np.arange(16),
            lambda chosen: chosen,
            batch=8,
            process=number,
            processes=2,
        )

    both = [part(number)[1][1] for number in range(2)]
    assert [each.tolist() for each in both] == [[8, 10, 12, 14], [9, 11, 13, 15]]


def test_pictures_shrink_by_areas(pictures):
    small = at_side(pictures.fields[:2], 48)
    means = pictures.fields[:2].reshape(2, 48, 2, 48, 2, 3).mean(axis=(2, 4))
    assert np.abs(small - means).max() <= 1


def test_the_rate_rises_and_then_falls_to_nothing():
    stage = Stage("s", epochs=4, side=64, rate=1e-3, warm_up=0.25)
    schedule = _optimizer(stage, Configuration(steps_per_epoch=25))._learning_rate
    rates = [float(schedule(step)) for step in range(0, 101, 5)]
    assert rates[0] == pytest.approx(1e-4)
    assert max(rates) == rates[5] == pytest.approx(1e-3)
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert rates[-1] == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("side", [100, 32, 512])
def test_a_side_that_the_device_does_not_take_is_refused_at_the_start(side):
    with pytest.raises(BuildError, match="choose a side of 128, 160, 192, 224"):
        Configuration().at_side(side)


def test_a_network_that_is_not_known_is_refused_at_the_start():
    with pytest.raises(BuildError, match="'resnet' is not known; choose one of mobilenetv2"):
        Configuration(architecture="resnet")


@pytest.mark.parametrize("recipe", RECIPES.values())
def test_a_recipe_at_another_side_ends_at_that_side(recipe):
    other = recipe.at_side(160)
    assert other.side == other.stages[-1].side == 160
    assert all(stage.side <= 160 for stage in other.stages)
    assert {stage.epochs for stage in other.cut(1).stages} == {1}
