import csv
import hashlib
import json
import shutil

import cv2
import numpy as np
import pytest

from device.errors import ImageError
from device.images import encode_jpeg, read_image
from model_build import duplicates
from model_build.dataset import prepare, read_table
from model_build.errors import BuildError
from model_build.workspace import Workspace
from tests.conftest import FRAMES

IDS = sorted(path.stem for path in FRAMES.glob("*.jpg"))
LABELS = ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]


@pytest.fixture
def data(tmp_path):
    """The original download in small: two folders of pictures and the table."""
    root = tmp_path / "data"
    rows = []
    for number, image_id in enumerate(IDS):
        folder = root / f"HAM10000_images_part_{number % 2 + 1}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(FRAMES / f"{image_id}.jpg", folder)
        rows.append({"lesion_id": f"HAM_{number:04}", "image_id": image_id, "dx": LABELS[number % 7]})
    write_table(root, rows)
    return root


def write_table(root, rows):
    with (root / "HAM10000_metadata.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read_rows(root):
    with (root / "HAM10000_metadata.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def change_row(root, **changes):
    rows = read_rows(root)
    rows[3] |= changes
    write_table(root, rows)


def test_the_original_layout_and_the_reduced_one_give_the_same_table(data, tmp_path):
    reduced = tmp_path / "reduced"
    for folder in ("frames", "details", "masks"):
        (reduced / folder).mkdir(parents=True)
    for path in data.rglob("*.jpg"):
        shutil.copy(path, reduced / "frames")
        (reduced / "details" / path.name).write_bytes(b"a sharper crop")
        (reduced / "masks" / path.with_suffix(".png").name).write_bytes(b"a mask")
    shutil.copy(data / "HAM10000_metadata.csv", reduced / "HAM10000_metadata")

    def brief(root):
        return [(p.image_id, p.lesion_id, p.label, p.path.read_bytes()) for p in read_table(root)]

    assert brief(reduced) == brief(data)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda d: (d / "HAM10000_metadata.csv").unlink(), "no HAM10000_metadata"),
        (lambda d: next(d.rglob(f"{IDS[3]}.jpg")).unlink(), f"{IDS[3]}.jpg: is in the table but not"),
        (lambda d: change_row(d, dx="wart"), f"unknown class 'wart' for {IDS[3]}"),
        (lambda d: change_row(d, image_id=IDS[4]), f"{IDS[4]} is there twice"),
        (lambda d: shutil.copy(FRAMES / f"{IDS[0]}.jpg", d / f"{IDS[1]}.jpg"), "same id"),
        (lambda d: (d / "HAM10000_metadata.csv").write_text("a,b\n1,2\n"), "no column 'lesion_id'"),
    ],
    ids=["no table", "missing", "unknown class", "twice", "two files", "other table"],
)
def test_a_fault_in_the_data_names_the_file(data, spoil, word):
    spoil(data)
    with pytest.raises(BuildError, match=word):
        read_table(data)


def test_a_copy_of_the_same_bytes_is_no_fault(data):
    shutil.copytree(data / "HAM10000_images_part_1", data / "again")
    assert len(read_table(data)) == len(IDS)


def test_a_truncated_picture_is_named(data, tmp_path):
    victim = next(data.rglob(f"{IDS[5]}.jpg"))
    victim.write_bytes(victim.read_bytes()[:-3000])
    with pytest.raises(ImageError, match=f"{IDS[5]}.jpg: is truncated"):
        prepare(data, Workspace(tmp_path / "work"), frozenset())


def test_the_step_writes_the_split_its_hash_and_a_plot_and_is_done_once(data, tmp_path, capsys):
    workspace = Workspace(tmp_path / "work")
    prepare(data, workspace, frozenset(IDS[:2]))
    record = json.loads(workspace.dataset.read_text())
    assert record["pictures"] == len(IDS)
    assert record["split_sha256"] == hashlib.sha256(workspace.split.read_bytes()).hexdigest()
    assert read_image(workspace.plots / "classes.png").size
    assert np.load(workspace.fields).shape == (len(IDS), 224, 224, 3)
    capsys.readouterr()
    prepare(data, workspace, frozenset(IDS[:2]))
    assert "done before" in capsys.readouterr().out


def fields_of(pictures):
    from device.classifier.preprocess import resize_field

    return np.stack([resize_field(picture) for picture in pictures])


def test_near_duplicates_are_found_though_brighter_shifted_or_recompressed(tmp_path):
    originals = [read_image(FRAMES / f"{image_id}.jpg") for image_id in IDS[:10]]
    brighter = np.clip(originals[0] * 1.2 + 10, 0, 255).astype(np.uint8)
    (tmp_path / "b.jpg").write_bytes(encode_jpeg(originals[1], 40))
    shifted = cv2.warpAffine(
        originals[2], np.float32([[1, 0, 12], [0, 1, 6]]), (600, 450), borderMode=cv2.BORDER_REFLECT
    )
    fields = fields_of([*originals, brighter, read_image(tmp_path / "b.jpg"), shifted])
    prints = np.stack([duplicates.fingerprint(field) for field in fields])
    pairs = duplicates.find_pairs(prints, fields, [f"lesion {n}" for n in range(len(fields))])
    assert pairs == [(0, 10), (1, 11), (2, 12)]


def test_pictures_of_one_lesion_are_no_find():
    field = fields_of([read_image(FRAMES / f"{IDS[0]}.jpg")] * 2)
    prints = np.stack([duplicates.fingerprint(each) for each in field])
    assert duplicates.find_pairs(prints, field, ["same", "same"]) == []
