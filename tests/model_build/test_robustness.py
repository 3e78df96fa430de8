import json

import numpy as np
import pytest

from device.classes import HAM10000
from device.classifier.bundle import load_bundle
from device.classifier.preprocess import resize_field
from device.images import read_image
from model_build import split
from model_build.robustness import measure
from model_build.robustness.perturbations import PERTURBATIONS, STRENGTHS
from model_build.workspace import Workspace, write_json
from tests.conftest import BUNDLE, FRAMES
from tests.model_build.rows import beside, row
from tests.model_build.small import vouch


def perturbed(field, name, strength):
    return PERTURBATIONS[name].apply(field, strength, np.random.default_rng(1))


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_each_strength_is_a_field_and_farther_from_the_clean_one(field, name):
    distances = []
    for strength in STRENGTHS:
        changed = perturbed(field, name, strength)
        assert changed.shape == field.shape
        assert changed.dtype == np.uint8
        distances.append(np.abs(changed.astype(float) - field).mean())
    assert distances[0] > 0.1
    assert distances[-1] > distances[2] > distances[0]


@pytest.mark.parametrize("name", ["illuminant", "white balance", "exposure"])
def test_light_keeps_black_black(name):
    black = np.zeros((224, 224, 3), np.uint8)
    assert not perturbed(black, name, 1.0).any()


def test_another_spectrum_leaves_grey_grey():
    grey = np.full((224, 224, 3), 120, np.uint8)
    assert np.ptp(perturbed(grey, "illuminant", 1.0)) <= 1


def test_darker_skin_loses_more_blue_than_red(field):
    lost = perturbed(field, "darker skin", 1.0).mean(axis=(0, 1)) / field.mean(axis=(0, 1))
    assert lost[2] < lost[1] < lost[0] < 1


def test_one_picture_a_lesion_and_no_more_than_the_most_of_a_class(monkeypatch):
    monkeypatch.setattr(measure, "LESIONS_A_CLASS", 2)
    rows = [row(f"i{n}", f"l{n // 2}", "nv", "test") for n in range(8)]
    rows += [row("j0", "m0", "mel", "test"), row("k0", "m1", "mel", "train")]
    assert measure.choose(rows, "test", HAM10000.codes) == [0, 2, 8]


def test_the_step_writes_figures_of_every_kind_and_a_sheet(tmp_path, monkeypatch, capsys):
    """On a melanoma that the shipped model knows, twice, and a single strength."""
    field = resize_field(read_image(FRAMES / "ISIC_0024315.jpg"))
    workspace = Workspace(tmp_path)
    rows = [row(f"i{n}", f"l{n}", "mel", "test") for n in range(2)] + beside()
    split.write(rows, workspace.split)
    np.save(workspace.fields, np.stack([field, field[::-1], *[field] * len(beside())]))
    bundle = load_bundle(BUNDLE)
    workspace.tflite.write_bytes(bundle.model.read_bytes())
    write_json(workspace.calibration, vars(bundle.rules))
    vouch(workspace, "quantize", "calibrate")
    monkeypatch.setattr(measure, "STRENGTHS", (0.5,) * 3)
    measure.robustness(workspace)
    written = json.loads(workspace.robustness.read_text())
    assert set(written["perturbations"]) == set(PERTURBATIONS)
    assert written["pictures"] == 2
    assert 0 < written["clean"] <= 1
    for figures in written["perturbations"].values():
        assert len(figures["balanced_accuracy"]) == len(figures["refused"]) == 3
        assert figures["balanced_accuracy"][0] == figures["balanced_accuracy"][2]
    assert read_image(workspace.perturbations).shape[0] == 112 * len(PERTURBATIONS)
    assert "| noise (fault) |" in capsys.readouterr().out
    measure.robustness(workspace)
    assert "done before" in capsys.readouterr().out
