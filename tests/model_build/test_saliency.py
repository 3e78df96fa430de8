import json

import cv2
import numpy as np
import pytest

from device.classifier.bundle import load_bundle
from device.errors import ImageError
from model_build import split
from model_build.cli import main
from model_build.saliency import localise, read_mask
from model_build.workspace import Workspace, write_json
from tests.conftest import BUNDLE
from tests.model_build.rows import beside, row
from tests.model_build.small import vouch


def test_saliency_on_the_lesion_half_on_it_and_off_it():
    covered = np.zeros((7, 7), np.float32)
    covered[3, 3], covered[3, 4] = 1, 0.5
    saliency = np.zeros((7, 7), np.float32)
    assert localise(saliency, covered) == (0, 0, pytest.approx(1.5 / 49))
    saliency[3, 3] = 1
    assert localise(saliency, covered)[:2] == (1, 1)
    saliency[0, 0] = 3
    assert localise(saliency, covered)[:2] == (0.25, 0)


def test_a_mask_becomes_shares_of_cells(tmp_path):
    mask = np.zeros((140, 210), np.uint8)
    mask[:20, :15] = 255
    cv2.imwrite(str(tmp_path / "m.png"), mask)
    cells = read_mask(tmp_path / "m.png", (7, 7))
    assert cells[0, 0] == pytest.approx(0.5, abs=0.01)
    assert cells.sum() == pytest.approx(0.5, abs=0.02)


def test_an_empty_mask_is_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "m.png"), np.zeros((10, 10), np.uint8))
    with pytest.raises(ImageError, match="empty mask"):
        read_mask(tmp_path / "m.png", (7, 7))


@pytest.fixture
def workspace(tmp_path, field):
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    split.write([row("i0", "l0", "mel", "test"), *beside()], workspace.split)
    np.save(workspace.fields, field[None])
    bundle = load_bundle(BUNDLE)
    workspace.tflite.write_bytes(bundle.model.read_bytes())
    write_json(workspace.calibration, vars(bundle.rules))
    vouch(workspace, "quantize", "calibrate")
    return workspace


def test_a_mask_over_the_whole_field_holds_all_saliency(workspace, tmp_path):
    masks = tmp_path / "masks"
    masks.mkdir()
    cv2.imwrite(str(masks / "i0_segmentation.png"), np.full((150, 200), 255, np.uint8))
    assert main(["saliency", "--work", str(workspace.root), "--masks", str(masks)]) == 0
    written = json.loads(workspace.saliency.read_text())
    assert written["pictures"] == 1
    for name in ("saliency_on_lesion", "peak_on_lesion", "lesion_share_of_field"):
        assert written[name]["value"] == pytest.approx(1)


def test_masks_of_other_pictures_are_reported(workspace, tmp_path, capsys):
    cv2.imwrite(str(tmp_path / "other.png"), np.full((15, 20), 255, np.uint8))
    assert main(["saliency", "--work", str(workspace.root), "--masks", str(tmp_path)]) == 2
    assert "no mask of a held-out picture" in capsys.readouterr().err
