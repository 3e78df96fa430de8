"""Pictures whose records are lost: they come back, and say what isn't known of them."""

import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from device.classifier import load_classifier
from device.errors import RecordsError
from device.examination import Source
from device.picture_recovery import PictureRecovery
from device.records import Query, Records
from tests.conftest import BUNDLE

NAME = "20260703T101500000000-abcd"


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def lost(state, examination, picture):
    """The records of a device that has lost every database and copy, with the pictures of one examination."""
    records = Records(state)
    records.save(replace(examination, id=NAME, frames=examination.frames * 3), *[picture] * 3)
    records.close()
    for path in (*state.glob("records.sqlite3*"), *state.glob("backups/*"), state / "announced"):
        path.unlink()
    records = Records(state)
    yield records
    records.close()


@pytest.fixture
def recovery(lost):
    return PictureRecovery(lost, load_classifier(BUNDLE))


def wait_until(holds, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_pictures_without_a_record_come_back_judged_anew_and_say_what_is_not_known(lost, recovery):
    pictures = {path.name: path.read_bytes() for path in (lost.folder / "images").iterdir()}
    assert lost.recovery.recover().without_record == (NAME,)
    assert recovery.recover() == [NAME]
    details = lost.details(NAME)
    assert details.faults == {}
    assert details.person is details.lesion is None
    examination = details.examination
    assert examination.source is details.line.source is Source.RECOVERED
    assert not examination.date_known
    assert f"{examination.taken_at:%Y-%m-%d %H:%M}" == "2026-07-03 10:15"
    assert len(examination.frames) == 3
    assert sum(examination.finding.probabilities.values()) == pytest.approx(1)
    assert {path.name: path.read_bytes() for path in (lost.folder / "images").iterdir()} == pictures
    assert lost.integrity.find_strays() == lost.integrity.find_ids_without_record() == []
    assert not lost.warnings
    assert recovery.recover() == []


def test_a_frame_that_cannot_be_read_keeps_its_place_and_the_small_picture_is_made_anew(lost, recovery):
    lost.image_path(NAME, 1).write_bytes(b"no picture")
    lost.thumbnail_path(NAME).unlink()
    assert recovery.recover() == [NAME]
    frames = lost.get(NAME).frames
    assert [bool(frame.quality.measures) for frame in frames] == [True, False, True]
    assert not frames[1].used
    assert lost.thumbnail_path(NAME).exists()
    lost.deletion.examinations([NAME])
    assert list((lost.folder / "images").iterdir()) == []


def test_pictures_that_cannot_be_read_stay_where_they_are(lost, recovery):
    for number in range(3):
        lost.image_path(NAME, number).write_bytes(b"no picture")
    assert recovery.recover() == []
    assert lost.image_path(NAME).read_bytes() == b"no picture"
    assert lost.integrity.find_ids_without_record() == [NAME]
    assert lost.warnings


def test_pictures_of_what_was_deleted_do_not_come_back(lost, recovery):
    pictures = {path: path.read_bytes() for path in (lost.folder / "images").iterdir()}
    recovery.recover()
    lost.deletion.examinations([NAME])
    for path, data in pictures.items():
        path.write_bytes(data)
    assert recovery.recover() == []
    assert lost.get(NAME) is None


def test_a_disk_that_refuses_the_record_loses_no_picture(lost, recovery, monkeypatch):
    before = sorted((lost.folder / "images").iterdir())

    def refuse(*_values, **_named):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("device.records.examinations.Examinations.insert", refuse)
    with pytest.raises(RecordsError):
        recovery.recover()
    monkeypatch.undo()
    lost.close()
    again = Records(lost.folder)
    assert sorted((again.folder / "images").iterdir()) == before
    assert PictureRecovery(again, load_classifier(BUNDLE)).recover() == [NAME]
    again.close()


def test_recover_on_the_device_brings_them_back(lost, state):
    lost.close()
    command = [sys.executable, "-m", "device.cli", "recover", "--state", str(state)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 of 1 are here and whole" in done.stdout
    assert "1 of them from their pictures alone" in done.stdout


def test_the_page_offers_them_and_brings_them_back(site, picture):
    name = site.examiner.take_upload(picture).id
    for table in ("picture", "document", "examination"):
        column = "id" if table == "examination" else "examination"
        site.records._database.write(
            lambda writer, what=(table, column): writer.execute(
                f"DELETE FROM {what[0]} WHERE {what[1]} = ?", (name,)
            )
        )
    site.records.integrity.find_ids_without_record()
    assert "here without its record" in site.client.get("/settings/backup").text
    assert site.client.post("/settings/backup/recover").status_code == 303
    wait_until(lambda: site.records.search(Query(id=name)))
    assert "Brought back from its pictures alone" in site.client.get(f"/examinations/{name}").text
    wait_until(lambda: "without its record" not in site.client.get("/settings/backup").text)
    assert "Brought back" in site.client.get("/history").text
