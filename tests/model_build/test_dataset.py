import csv
import errno
import hashlib
import json
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from device.classifier import preprocess
from device.classifier.preprocess import resize_field
from device.images import encode_jpeg, read_image
from model_build import cli, dataset, fields, split, steps
from model_build.cli import main
from model_build.dataset import Options, prepare
from model_build.errors import BuildError
from model_build.fields import stretch
from model_build.sources import Folder
from model_build.taxonomy import read_taxonomy
from model_build.workspace import Workspace
from tests.conftest import FRAMES, ROOT

IDS = sorted(path.stem for path in FRAMES.glob("*.jpg"))
LABELS = ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]


def fill(root, ids, table, columns, *rows):
    """A data set of demo frames: the pictures `ids` and a table."""
    (root / "images").mkdir(parents=True)
    for image_id in ids:
        shutil.copy(FRAMES / f"{image_id}.jpg", root / "images")
    with (root / table).open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return root


@pytest.fixture
def data(tmp_path):
    """HAM10000 in small: the first twenty demo frames."""
    rows = [(f"HAM_{number:07}", image_id, LABELS[number % 7]) for number, image_id in enumerate(IDS[:20])]
    return fill(tmp_path / "ham", IDS[:20], "HAM10000_metadata.csv", ("lesion_id", "image_id", "dx"), *rows)


@pytest.fixture
def own(tmp_path):
    """A plain folder of the others; its first picture is of a patient that has the second too."""
    rows = [
        (image_id, "scc", "", "p1" if number < 2 else "", "Home") for number, image_id in enumerate(IDS[20:])
    ]
    return fill(
        tmp_path / "own", IDS[20:], "labels.csv", ("image", "dx", "lesion_id", "patient_id", "source"), *rows
    )


def rows_of(tmp_path, *folders, **options):
    workspace = Workspace(tmp_path / f"work{len(list(tmp_path.glob('work*')))}")
    prepare(Options(tuple(map(Folder, folders)), **options), workspace)
    return {row.image_id: row for row in split.read(workspace.split)}


def test_the_step_writes_split_record_and_plots_and_is_done_once(data, own, tmp_path, capsys):
    workspace = Workspace(tmp_path / "work")
    options = Options((Folder(data), Folder(own)), frozenset(IDS[1:3]))
    prepare(options, workspace)
    record = json.loads(workspace.dataset.read_text())
    assert record["pictures"] == len(IDS)
    assert record["split_sha256"] == hashlib.sha256(workspace.split.read_bytes()).hexdigest()
    assert record["sources"]["own"] == {"malignant_other": len(IDS) - 20}
    for name in ("classes", "sources"):
        assert read_image(workspace.plots / f"{name}.png").size
    array = np.load(workspace.fields)
    assert (array[3] == resize_field(read_image(FRAMES / f"{IDS[3]}.jpg"))).all()
    capsys.readouterr()
    prepare(options, workspace)
    assert "done before" in capsys.readouterr().out


KILLED = """
import os, signal, sys
from pathlib import Path
from model_build import cli, dataset, fields, split, steps
from model_build.sources import Folder
from model_build.workspace import Workspace

place, name, call, work, demo, *folders = sys.argv[1:]
owner = {"fields": fields, "dataset": dataset, "split": split, "Step": steps.Step}[place]
original, calls = getattr(owner, name), []

def pull_the_plug(*arguments):
    calls.append(arguments)
    if len(calls) == int(call):
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments)

fields._AT_ONCE = 4
setattr(owner, name, pull_the_plug)
options = dataset.Options(tuple(Folder(Path(each)) for each in folders), frozenset(demo.split()))
dataset.prepare(options, Workspace(Path(work)))
"""


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("pictures", ("fields", "_read", 10)),
        ("rename", ("dataset", "_find_twins", 1)),
        ("pairs", ("split", "write", 1)),
        ("record", ("Step", "finish", 1)),
        ("classes", ("Step", "finish", 2)),
    ],
)
def test_a_run_that_is_killed_goes_on_to_the_same_end(data, own, tmp_path, monkeypatch, where, place):
    options = Options((Folder(data), Folder(own)), frozenset(IDS[1:3]))
    undisturbed, killed = Workspace(tmp_path / "undisturbed"), Workspace(tmp_path / "killed")
    prepare(options, undisturbed)
    arguments = [*place, killed.root, " ".join(options.demo_ids), data, own]
    command = [sys.executable, "-c", KILLED, *map(str, arguments)]
    assert subprocess.run(command, capture_output=True, timeout=100, cwd=ROOT).returncode == -signal.SIGKILL
    decoded = []
    read = fields._read
    monkeypatch.setattr(fields, "_read", lambda picture: decoded.append(picture) or read(picture))
    prepare(options, killed)
    assert len(decoded) in (range(1, len(IDS)) if where == "pictures" else [0])
    for name in ("split.csv", "fields.npy", "dataset.json", "classes.json"):
        assert (killed.root / name).read_bytes() == (undisturbed.root / name).read_bytes()


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["nv"] * 20, "only pictures of nv: a model needs two classes"),
        (["nv", "bkl"] * 10, "no picture of a malignant class"),
        (["scc"] * 20, "only pictures of no class"),
        (["nv", "mel"] * 10, "no picture to learn akiec, bcc, bkl, df, vasc from"),
        (["nv", *LABELS[1:], *LABELS, *LABELS[:6]], "no malignant picture for validation"),
    ],
    ids=["one class", "no malignant", "no class", "a class that nothing shows", "none to calibrate on"],
)
def test_data_that_nothing_can_be_learnt_from_is_reported_before_pictures_are_read(tmp_path, labels, words):
    rows = list(zip(IDS[:20], labels, strict=True))
    root = fill(tmp_path / "own", IDS[:20], "labels.csv", ("image", "dx"), *rows)
    next(root.rglob("*.jpg")).write_bytes(b"not a picture")
    with pytest.raises(BuildError, match=words):
        rows_of(tmp_path, root)


OWN = """
[[classes]]
code = "cancer"
malignant = true
names.en = "Cancer"
diagnoses = ["mel", "bcc", "akiec"]

[[classes]]
code = "harmless"
malignant = false
names.en = "Harmless"
diagnoses = ["nv", "bkl", "df", "vasc", "naevuss"]
"""


SPITZ = """
[[classes]]
code = "spitz"
malignant = true
names.en = "Spitz naevus"
diagnoses = ["nevus, spitz"]
"""


def test_own_classes_are_the_labels_of_the_split_and_a_word_that_nothing_bears_is_reported(
    data, tmp_path, capsys
):
    file = tmp_path / "classes.toml"
    file.write_text(OWN)
    rows = rows_of(tmp_path, data, taxonomy=read_taxonomy(file))
    assert {row.label for row in rows.values()} == {"cancer", "harmless"}
    assert "no picture has naevuss" in capsys.readouterr().out
    file.write_text(OWN + SPITZ)
    with pytest.raises(BuildError, match="no picture to learn spitz from"):
        rows_of(tmp_path, data, taxonomy=read_taxonomy(file))


def test_data_too_small_for_a_part_is_reported(tmp_path):
    rows = [(IDS[0], "nv"), (IDS[1], "mel")]
    root = fill(tmp_path / "own", IDS[:2], "labels.csv", ("image", "dx"), *rows)
    with pytest.raises(BuildError, match=r"no picture for (train|validation|test)"):
        rows_of(tmp_path, root)


def test_other_data_in_the_same_work_folder_is_refused(data, own, tmp_path, monkeypatch):
    workspace = Workspace(tmp_path / "work")
    prepare(Options((Folder(data),)), workspace)
    with pytest.raises(BuildError, match=r"other data .*--again dataset"):
        prepare(Options((Folder(data), Folder(own))), workspace)
    with pytest.raises(BuildError, match=r"other options \(leave_out\)"):
        prepare(Options((Folder(data),), leave_out=("ham10000",)), workspace)
    with monkeypatch.context() as patch:
        patch.setitem(preprocess.DESCRIPTION, "resize", "another")
        with pytest.raises(BuildError, match=r"other options \(preprocessing\)"):
            prepare(Options((Folder(data),)), workspace)
    steps.forget(workspace, ["dataset"])
    prepare(Options((Folder(data), Folder(own))), workspace)
    assert len(split.read(workspace.split)) == len(IDS)


def test_a_disk_that_is_too_small_is_reported_before_anything_is_written(data, tmp_path, monkeypatch):
    monkeypatch.setattr(fields.shutil, "disk_usage", lambda folder: SimpleNamespace(free=10**6))
    with pytest.raises(BuildError, match="make room, or give --work"):
        rows_of(tmp_path, data)


def test_pictures_that_were_read_are_kept_when_room_must_be_made(data, tmp_path, monkeypatch):
    workspace, options = Workspace(tmp_path / "work"), Options((Folder(data),))
    monkeypatch.setattr(fields, "_AT_ONCE", 4)
    read, calls = fields._read, []

    def cut_off(picture):
        calls.append(picture)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return read(picture)

    with monkeypatch.context() as patch:
        patch.setattr(fields, "_read", cut_off)
        with pytest.raises(KeyboardInterrupt):
            prepare(options, workspace)
    part = workspace.root / "dataset" / "fields.part"
    kept = part.stat().st_size
    assert kept > 4 * 224 * 224 * 3
    with monkeypatch.context() as patch:
        patch.setattr(fields.shutil, "disk_usage", lambda folder: SimpleNamespace(free=10**6))
        with pytest.raises(BuildError, match="make room"):
            prepare(options, workspace)
    assert part.stat().st_size == kept
    prepare(options, workspace)


@pytest.mark.parametrize(
    ("given", "words"),
    [([], "give --data or --squashed"), (["--data", ".", "--squashed", "."], "as --data and as --squashed")],
    ids=["none", "both ways"],
)
def test_folders_that_are_not_given_or_given_both_ways_are_refused(tmp_path, capsys, given, words):
    for command in (["dataset"], ["all", "--out", str(tmp_path / "out")]):
        assert main([*command, *given, "--work", str(tmp_path / "work")]) == 2
        assert words in capsys.readouterr().err


def test_squashed_data_alone_is_data(tmp_path):
    given = cli._parser().parse_args(["dataset", "--squashed", str(tmp_path)])
    assert cli._folders(given) == (Folder(tmp_path, squashed=True),)


def test_a_table_of_twins_that_joins_nothing_is_refused(data, tmp_path):
    table = tmp_path / "twins.csv"
    table.write_text(f"isic_id,ham10000_image_id\nISIC_9999999,{IDS[8]}\n")
    with pytest.raises(BuildError, match=r"twins\.csv: no pair of it is among the pictures"):
        rows_of(tmp_path, data, twins=(table,))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "split.csv"),
        RuntimeError("UNKNOWN: writing saved_model.pb; No space left on device"),
    ],
    ids=["Python", "TensorFlow"],
)
def test_a_disk_that_fills_up_is_one_sentence_and_the_run_goes_on(tmp_path, monkeypatch, capsys, error):
    def full(path, value):
        raise error

    # The command holds the demo's own frames out: under other ids they are pictures like any other.
    rows = [(f"p{number:02}", LABELS[number % 7]) for number in range(20)]
    root = fill(tmp_path / "own", [], "labels.csv", ("image", "dx"), *rows)
    for (name, _), image_id in zip(rows, IDS, strict=False):
        shutil.copy(FRAMES / f"{image_id}.jpg", root / "images" / f"{name}.jpg")
    command = ["dataset", "--data", str(root), "--work", str(tmp_path / "work")]
    with monkeypatch.context() as patch:
        patch.setattr(dataset, "write_json", full)
        assert main(command) == 2
    assert "no space is left for" in capsys.readouterr().err
    assert main(command) == 0


def test_pictures_of_a_patient_and_known_twins_are_one_group(data, own, tmp_path):
    table = tmp_path / "twins.csv"
    table.write_text(f"isic_id,ham10000_image_id\n{IDS[21]},{IDS[7]}\nISIC_9999999,{IDS[8]}\n")
    rows = rows_of(tmp_path, data, own, twins=(table,))
    assert rows[IDS[7]].group == rows[IDS[20]].group == rows[IDS[21]].group == IDS[7]
    assert rows[IDS[8]].group != rows[IDS[22]].group
    assert rows[IDS[20]].patient_id == "own/p1"


def test_without_a_search_only_given_twins_and_copies_are_joined(data, own, tmp_path):
    for name, pixels in (("ISIC_1000000", FRAMES / f"{IDS[3]}.jpg"), ("ISIC_1000001", None)):
        path = own / "images" / f"{name}.jpg"
        recompressed = encode_jpeg(read_image(FRAMES / f"{IDS[4]}.jpg"), 60)
        path.write_bytes(pixels.read_bytes() if pixels else recompressed)
    with (own / "labels.csv").open("a") as file:
        file.write("ISIC_1000000,df,,,Home\nISIC_1000001,mel,,,Home\n")
    for search in (True, False):
        rows = rows_of(tmp_path, data, own, search=search)
        assert rows["ISIC_1000000"].group == rows[IDS[3]].group
        assert (rows["ISIC_1000001"].group == rows[IDS[4]].group) is search


@pytest.mark.parametrize("name", ["own", "Home"])
def test_a_source_or_centre_is_left_out_with_all_that_touches_it(data, own, tmp_path, name):
    shutil.copy(FRAMES / f"{IDS[3]}.jpg", own / "images" / "ISIC_1000000.jpg")
    with (own / "labels.csv").open("a") as file:
        file.write("ISIC_1000000,df,,,Home\n")
    rows = rows_of(tmp_path, data, own, leave_out=(name,), demo_ids=frozenset(IDS[20:21]))
    left_out = {image_id for image_id, row in rows.items() if row.part == "left_out"}
    assert left_out == {*IDS[20:], "ISIC_1000000", IDS[3]}


def test_a_source_that_is_not_there_cannot_be_left_out(data, tmp_path):
    with pytest.raises(BuildError, match="there is no such source, only ham10000"):
        rows_of(tmp_path, data, leave_out=("own",))


def test_no_picture_moves_when_a_source_comes_to_it(data, own, tmp_path):
    alone, together = rows_of(tmp_path, data), rows_of(tmp_path, own, data)
    assert {image_id: together[image_id] for image_id in alone} == alone


def test_all_damaged_pictures_are_named_at_once(data, own, tmp_path):
    victims = [data / "images" / f"{IDS[5]}.jpg", own / "images" / f"{IDS[25]}.jpg"]
    for victim in victims:
        victim.write_bytes(victim.read_bytes()[:-3000])
    with pytest.raises(BuildError) as fault:
        rows_of(tmp_path, data, own)
    assert all(f"{victim}: is truncated" in str(fault.value) for victim in victims)


def test_a_squashed_picture_is_taken_whole(data, tmp_path):
    picture = read_image(FRAMES / f"{IDS[0]}.jpg")
    squashed = cv2.resize(picture, (256, 256), interpolation=cv2.INTER_AREA)
    assert np.abs(resize_field(stretch(squashed)).astype(int) - resize_field(picture)).mean() < 3
    assert np.abs(resize_field(squashed).astype(int) - resize_field(picture)).mean() > 6
