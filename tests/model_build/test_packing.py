import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from device.classes import PRESET, Classes
from model_build import fields, packing, split
from model_build.errors import BuildError
from model_build.outputs import classes_of, keep_classes
from model_build.packing import pack, packed, unpack
from model_build.workspace import Workspace, write_json
from tests.model_build.rows import row


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path / "work")
    workspace.root.mkdir()
    rows = [row(f"i{number}", f"l{number}", "nv", "train") for number in range(12)]
    split.write(rows, workspace.split)
    write_json(workspace.dataset, {"pictures": 12})
    keep_classes(Classes(PRESET.named[1:]), workspace)
    shades = np.linspace(30, 220, 12).astype(np.uint8)
    np.save(workspace.fields, np.broadcast_to(shades[:, None, None, None], (12, 32, 32, 3)))
    return workspace


def test_pictures_come_out_on_the_other_machine_as_they_went_in(workspace, tmp_path):
    parts = pack(workspace, tmp_path / "packed", part_bytes=1000)
    assert len(parts) > 1
    other = Workspace(tmp_path / "other")
    unpack(tmp_path / "packed", other)
    assert np.abs(np.load(other.fields).astype(int) - np.load(workspace.fields)).max() <= 3
    assert other.split.read_bytes() == workspace.split.read_bytes()
    assert classes_of(other, []) == Classes(PRESET.named[1:])
    assert packed(other) == {"packed": {"format": "WebP", "quality": packing.QUALITY}}
    assert packed(workspace) == {}


def test_a_part_that_is_missing_is_said(workspace, tmp_path):
    parts = pack(workspace, tmp_path / "packed", part_bytes=1000)
    parts[1].unlink()
    with pytest.raises(BuildError, match="a part of the packed pictures is missing"):
        unpack(tmp_path / "packed", Workspace(tmp_path / "other"))


def test_parts_of_an_earlier_packing_are_not_read_among_the_new(workspace, tmp_path):
    before = pack(workspace, tmp_path / "packed", part_bytes=1000)
    np.save(workspace.fields, np.full((12, 32, 32, 3), 90, np.uint8))
    after = pack(workspace, tmp_path / "packed")
    assert len(after) < len(before)
    unpack(tmp_path / "packed", Workspace(tmp_path / "other"))
    assert np.abs(np.load(tmp_path / "other" / "fields.npy").astype(int) - 90).max() <= 3


def test_a_picture_in_two_parts_is_refused(workspace, tmp_path):
    parts = pack(workspace, tmp_path / "packed", part_bytes=1000)
    shutil.copy(parts[0], tmp_path / "packed" / "pictures-99.zip")
    with pytest.raises(BuildError, match=r"pictures-99\.zip: holds pictures that another part holds"):
        unpack(tmp_path / "packed", Workspace(tmp_path / "other"))


def test_a_part_that_was_cut_short_is_said(workspace, tmp_path):
    parts = pack(workspace, tmp_path / "packed", part_bytes=1000)
    parts[1].write_bytes(parts[1].read_bytes()[:200])
    with pytest.raises(BuildError, match=r"pictures-01\.zip: is damaged .*bring it again"):
        unpack(tmp_path / "packed", Workspace(tmp_path / "other"))


def test_a_folder_that_holds_no_packed_pictures_is_said(tmp_path):
    with pytest.raises(BuildError, match=r"holds no split\.csv; give --packed the folder that `pack` wrote"):
        unpack(tmp_path, Workspace(tmp_path / "other"))


def test_a_disk_that_is_too_small_is_said_before_it_ends_the_program(workspace, tmp_path, monkeypatch):
    pack(workspace, tmp_path / "packed")
    monkeypatch.setattr(
        fields.shutil, "disk_usage", lambda folder: SimpleNamespace(free=12 * 32 * 32 * 3 - 1)
    )
    with pytest.raises(BuildError, match="make room, or give --work"):
        unpack(tmp_path / "packed", Workspace(tmp_path / "other"))
    assert not (tmp_path / "other" / "fields.npy").exists()
