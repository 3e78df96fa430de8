import os
from dataclasses import replace

import numpy as np
import pytest

from device.errors import RecordsError
from device.images import read_image
from device.records import Query, Records, files


@pytest.fixture
def records(tmp_path):
    records = Records(tmp_path / "state")
    yield records
    records.close()


def assert_same(first, second):
    assert replace(first, finding=None) == replace(second, finding=None)
    assert np.abs(first.finding.saliency - second.finding.saliency).max() <= 0.501 / 255
    assert first.finding.probabilities == second.finding.probabilities
    assert first.finding.triage is second.finding.triage
    assert first.finding.reasons == second.finding.reasons


def test_what_was_saved_comes_back(records, examination, picture):
    records.save(examination, picture)
    assert_same(records.get(examination.id), examination)
    kept = read_image(records.image_path(examination.id))
    assert kept.shape == picture.shape
    assert np.abs(kept.astype(int) - picture).mean() < 3
    assert read_image(records.thumbnail_path(examination.id)).shape == (180, 240, 3)


def test_it_is_there_after_a_restart(tmp_path, examination, picture):
    first = Records(tmp_path)
    first.save(examination, picture)
    first.close()
    second = Records(tmp_path)
    assert_same(second.get(examination.id), examination)
    second.close()


def test_the_newest_come_first_and_page_on(records, examination, picture):
    ids = [f"2026010{day}T000000000000-abcd" for day in range(1, 6)]
    for identity in ids:
        records.save(replace(examination, id=identity), picture[:30, :40])
    newest = records.recent(2)
    assert [each.id for each in newest] == [ids[4], ids[3]]
    older = records.search(Query(), 9, before=newest[-1].number)
    assert [each.id for each in older] == [ids[2], ids[1], ids[0]]
    assert records.get("nothing") is None


def test_the_picture_is_on_disk_before_its_row(records, examination, picture, monkeypatch):
    """A plug pulled between the two must leave a picture without a row, never a row without a picture."""

    def pull_the_plug(paths):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "finish", pull_the_plug)
    with pytest.raises(KeyboardInterrupt):
        records.save(examination, picture)
    assert records.recent(9) == []


def test_pictures_are_synced_before_they_get_their_name(tmp_path, monkeypatch):
    calls = []
    real_sync, real_replace = os.fsync, type(tmp_path).replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (calls.append("sync"), real_sync(descriptor))[1])
    monkeypatch.setattr(
        type(tmp_path), "replace", lambda self, to: (calls.append("rename"), real_replace(self, to))[1]
    )
    files.write_durably({tmp_path / "a.jpg": b"x"})
    assert calls == ["sync", "rename", "sync"]


def test_a_full_disk_is_one_sentence_and_leaves_nothing(records, examination, picture, monkeypatch):
    def refuse(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(RecordsError, match=r"could not be saved .the card is full"):
        records.save(examination, picture)
    monkeypatch.undo()
    assert list(records.image_path("x").parent.iterdir()) == []
    records.save(examination, picture)
    assert records.get(examination.id)


def test_a_refused_row_takes_its_pictures_with_it(records, examination, picture):
    records.close()
    with pytest.raises(RecordsError):
        records.save(examination, picture)
    assert list(records.image_path("x").parent.iterdir()) == []


def test_half_written_files_of_the_first_version_are_cleared(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images/a.jpg.part").touch()
    Records(tmp_path).close()
    assert list((tmp_path / "images").iterdir()) == []


def test_a_commit_survives_a_loss_of_power(records):
    with records._database.alone() as writer:
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert writer.execute("PRAGMA synchronous").fetchone() == (2,)
        assert writer.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert writer.execute("PRAGMA secure_delete").fetchone() == (1,)
        assert writer.execute("PRAGMA auto_vacuum").fetchone() == (2,)


def test_an_unusable_folder_is_named(tmp_path):
    (tmp_path / "state").write_text("not a folder")
    with pytest.raises(RecordsError, match=r"state: the records can't be opened"):
        Records(tmp_path / "state")
