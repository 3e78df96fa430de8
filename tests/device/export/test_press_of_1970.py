"""Presses while the clock says 1970, by the daemon's own ways in: no date of theirs leaves the device."""

import csv
import datetime as clock
import io
import time
from zipfile import ZipFile

import pytest
from pydicom import dcmread

import device.examiner
from device.camera import runner
from device.records import Query
from device.service import clock as clock_service
from tests.conftest import FRAMES
from tests.device.export.test_formats import text_of


class Clock1970(clock.datetime):
    """The clock of a Raspberry Pi that was just plugged in: five minutes after 1970 began."""

    @classmethod
    def now(cls, tz=None):
        return cls(1970, 1, 1, 0, 5, tzinfo=clock.UTC)


def press(house, client):
    return client.post("/api/v1/press").json["id"]


def take_again(house, client):
    return house.examiner.retake().id


def push_the_button(house, client):
    before = house.records.count()
    house.panel.button.pin.drive_low()
    time.sleep(0.2)
    house.panel.button.pin.drive_high()
    deadline = time.monotonic() + 60
    while house.records.count() == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return house.records.recent(1)[0].id


def upload(house, client):
    answer = client.post(
        "/api/v1/pictures", data=(FRAMES / "ISIC_0024310.jpg").read_bytes(), content_type="image/jpeg"
    )
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


@pytest.fixture
def client(house):
    client = house.app.test_client()
    house.access.admit_local("of the test")
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer of the test"
    return client


@pytest.fixture
def in_1970(house, monkeypatch, tmp_path):
    """Nobody has set the clock: no network, no battery, no phone."""
    monkeypatch.setattr(clock_service, "_follows_time", lambda: False)
    monkeypatch.setattr(clock_service, "_RTC", tmp_path / "since_epoch")
    monkeypatch.setattr(clock_service.is_set, "__defaults__", (tmp_path / "synchronized", {}))
    monkeypatch.setattr(runner, "datetime", Clock1970)
    monkeypatch.setattr(device.examiner, "datetime", Clock1970)
    house.ring.newer_than(house.ring.newest_sequence, 30)


def export(client, kind):
    """The file of an export, as the daemon's own process writes it."""
    job = client.post("/api/v1/exports", json={"format": kind}).json
    deadline = time.monotonic() + 120
    while (state := client.get(f"/api/v1/exports/{job['id']}").json)["progress"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert state["progress"] == "done", state
    with client.get(state["file"]) as answer:
        return answer.data


@pytest.mark.parametrize("way", [press, take_again, push_the_button, upload])
def test_a_press_of_1970_is_known_as_such_and_no_export_has_its_date(
    house, client, monkeypatch, request, tmp_path, way
):
    person = house.records.persons.add("P-1")
    lesion = house.records.lesions.add(person.id, region="face")
    with monkeypatch.context() as right:
        right.setattr(house.examiner, "_clock_set", lambda: True)
        dated = press(house, client)
    request.getfixturevalue("in_1970")
    name = way(house, client)
    for each in (dated, name):
        house.records.assign(each, lesion.id)
    assert house.records.get(name).taken_at.year == 1970
    assert client.get(f"/api/v1/examinations/{name}").json["clock_set"] is False
    assert [house.records.search(Query(id=each))[0].date_known for each in (dated, name)] == [True, False]

    rows = csv.DictReader(io.StringIO(export(client, "csv").decode("utf-8-sig")))
    found = {row["dermapoint_examination"]: row for row in rows}
    assert (found[name]["dermapoint_taken_at"], found[name]["dermapoint_clock_set"]) == ("", "false")
    assert (found[name]["acquisition_day"], found[dated]["acquisition_day"]) == ("", "0")
    with ZipFile(io.BytesIO(export(client, "dicom"))) as archive:
        sets = [
            dcmread(io.BytesIO(archive.read(each))) for each in archive.namelist() if each.endswith(".dcm")
        ]
    (mine,) = (each for each in sets if "clock of the device was not set" in each.ImageComments)
    assert (mine.StudyDate, mine.ContentDate) == ("", "")
    (tmp_path / "letter.pdf").write_bytes(export(client, "pdf"))
    printed = text_of(tmp_path / "letter.pdf")
    assert "not known: the clock of the device was not set" in printed
    assert "1970" not in printed.replace(name, "")
