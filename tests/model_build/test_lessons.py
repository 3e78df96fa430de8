"""What training pictures and their targets may go through on their way to the network."""

import json
import shutil

import numpy as np
import pytest
from keras import ops

from model_build import network
from model_build.augment import cut_pairs, mix_pairs
from model_build.cli import main
from model_build.constancy import to_white_light
from model_build.errors import BuildError
from model_build.overlays import draw_hair, draw_ruler, overlay
from model_build.teaching import SOFTNESS, Teacher, taught
from model_build.workspace import Workspace, write_json

FLAT = np.full(7, 1 / 7)


def test_mixed_pictures_keep_the_larger_share_of_themselves():
    images = np.stack([np.full((8, 8, 3), value, np.float32) for value in (0.0, 1.0, 0.0, 1.0)])
    mixed, targets = mix_pairs(1.0, seed=3)(images, np.eye(4, dtype=np.float32))
    levels = np.array(mixed)[:, 0, 0, 0]
    assert (levels[[0, 2]] <= 0.5).all()
    assert (levels[[1, 3]] >= 0.5).all()
    assert np.allclose(np.array(targets).sum(axis=1), 1)
    assert np.allclose(np.array(targets)[1, [0, 1]], [1 - levels[1], levels[1]])


def test_a_cut_picture_holds_a_rectangle_of_its_neighbour_and_its_share_of_the_target():
    images = np.stack([np.full((32, 32, 3), value, np.float32) for value in range(16)])
    cut, targets = (np.array(each) for each in cut_pairs(1.0, seed=3)(images, np.eye(16, dtype=np.float32)))
    pasted = 0
    for number in range(1, 16):
        foreign = cut[number, ..., 0] == number - 1
        assert ((cut[number, ..., 0] == number) ^ foreign).all()
        assert targets[number, number - 1] == pytest.approx(foreign.mean(), abs=1e-6)
        assert targets[number].sum() == pytest.approx(1)
        rows, columns = np.flatnonzero(foreign.any(axis=1)), np.flatnonzero(foreign.any(axis=0))
        if foreign.any():
            assert foreign[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
            pasted += 1
    assert 2 <= pasted <= 13


@pytest.mark.parametrize("draw", [draw_hair, draw_ruler])
def test_hair_and_rulers_are_thin_and_leave_the_rest_alone(draw):
    changed = []
    for seed in range(20):
        field = np.full((224, 224, 3), 180, np.uint8)
        draw(field, np.random.default_rng(seed))
        changed.append((field != 180).any(axis=-1).mean())
    assert max(changed) < 0.15
    assert np.mean(changed) > 0.004


def test_only_a_share_of_pictures_is_drawn_over_and_the_original_stays(field):
    before, random = field.copy(), np.random.default_rng(1)
    drawn = [overlay(field, random, 0.5) for _ in range(40)]
    assert (field == before).all()
    assert 20 <= sum((each != field).any() for each in drawn) <= 35


def test_white_light_takes_a_tint_out_and_leaves_white_light_alone(field):
    white = to_white_light(field)
    tinted = np.clip(field * np.array([0.9, 0.7, 0.6]), 0, 255).astype(np.uint8)

    def hue(shown):
        mean = shown.mean(axis=(0, 1))
        return mean / mean.sum()

    assert np.abs(hue(to_white_light(tinted)) - hue(white)).max() < 0.005
    assert np.abs(hue(tinted) - hue(white)).max() > 0.03
    assert np.abs(to_white_light(white).astype(int) - white).mean() < 1


class Saying:
    """A teacher that says the same logits of every picture."""

    def __init__(self, logits):
        self.logits = np.array([logits], np.float32)

    def __call__(self, images, training):
        assert not training
        return ops.convert_to_tensor(np.repeat(self.logits, len(images), axis=0))


def test_the_teachers_mean_answer_takes_its_share_of_each_target():
    sure, unsure = [9.0 * SOFTNESS, 0, 0, 0, 0, 0, 0], np.zeros(7)
    targets = np.eye(7, dtype=np.float32)[[3]]
    teach = taught([Teacher(Saying(sure)), Teacher(Saying(unsure))], 0.8, FLAT)
    told = np.array(teach(np.zeros((1, 8, 8, 3)), targets)[1])[0]
    assert told.sum() == pytest.approx(1)
    assert told[0] == pytest.approx(0.8 * (1 + 1 / 7) / 2, abs=0.001)
    assert told[3] == pytest.approx(0.2 + 0.8 * (1 / 7) / 2, abs=0.001)


def test_what_batches_show_more_often_is_more_likely_in_a_target():
    prior = np.array([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    told = np.array(taught([Teacher(Saying(np.zeros(7)))], 1.0, prior)(np.zeros((1, 8, 8, 3)), 0.0)[1])[0]
    assert told == pytest.approx(prior, abs=1e-5)


@pytest.fixture
def schooled(tmp_path):
    """A work folder with a trained network in it, as far as a teacher needs it."""
    workspace = Workspace(tmp_path / "teacher")
    workspace.root.mkdir()
    network.build(None).save_weights(workspace.weights)
    stage = {"side": 224}
    write_json(
        workspace.training_record, {"configuration": {"architecture": "mobilenetv2", "stages": [stage]}}
    )
    return workspace


def test_a_teacher_says_what_its_network_says(schooled):
    images = np.random.default_rng(0).uniform(-1, 1, (2, 224, 224, 3)).astype(np.float32)
    model = network.build(None)
    model.load_weights(schooled.weights)
    assert np.allclose(Teacher.load(schooled.root).model(images), model(images), atol=1e-5)


def test_a_teacher_for_smaller_pictures_or_without_training_is_refused(schooled):
    record = json.loads(schooled.training_record.read_text())
    record["configuration"]["stages"][0]["side"] = 128
    write_json(schooled.training_record, record)
    with pytest.raises(BuildError, match="takes smaller pictures"):
        Teacher.load(schooled.root)
    shutil.rmtree(schooled.root)
    with pytest.raises(BuildError, match="dermapoint-build train"):
        Teacher.load(schooled.root)


def test_pictures_in_white_light_make_no_bundle(tmp_path, capsys):
    workspace = Workspace(tmp_path)
    write_json(workspace.metrics, {})
    write_json(workspace.dataset, {"white_light": True})
    assert main(["bundle", "--work", str(tmp_path), "--out", str(tmp_path / "bundle")]) == 2
    assert "--white-light" in capsys.readouterr().err
