"""When to look again: the day, the list, the calendar, and the photograph of where it is."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import cv2
import icalendar
import numpy as np
import pytest

from device.access import Role
from device.examination import Triage
from device.images.decoder import Decoder
from device.records import Months, Records
from device.records.follow_ups import add_months
from device.web.follow_ups.calendar import Event, write_calendar
from tests.device.web.people.support import as_role


@pytest.fixture
def watched(site, examination, picture):
    """An examination to watch of a person's lesion, whose day a setting made."""
    site.records.close()
    site.records = Records(site.folder, months=Months(watch=3))
    site.app = site.build()
    site.client = site.client_with("local secret")
    site.person = site.records.persons.add("P-1", name="Ann")
    site.lesion = site.records.lesions.add(site.person.id, label="mole", region="left-shin")

    def save(number, triage):
        made = replace(
            examination,
            id=f"2026020{number}T030405000678-beef",
            taken_at=datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(days=number),
            finding=replace(examination.finding, triage=triage),
        )
        site.records.save(made, picture)
        site.records.assign(made.id, site.lesion.id)
        return made

    site.save = save
    return save(1, Triage.WATCH)


def due(site):
    return [(line.id, line.due_on) for line in site.records.follow_ups.due()]


def test_a_month_has_no_such_day():
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert add_months(date(2026, 12, 5), 120) == date(2036, 12, 5)


def test_a_lesion_to_watch_is_forgotten(site, watched):
    assert due(site) == [(watched.id, "2026-05-01")]
    page = as_role(site, Role.VIEWER).get("/follow-ups").text
    assert "May 1, 2026" in page
    assert "<bdi>P-1</bdi>" in page
    assert "1 lesion is to be looked at again now" in site.client.get("/").text


def test_a_later_picture_leaves_an_old_day_or_takes_it_without_an_answer(site, watched):
    site.save(2, Triage.RETAKE)
    site.save(3, Triage.NO_ANSWER)
    assert due(site) == [(watched.id, "2026-05-01")]
    later = site.save(4, Triage.WATCH)
    assert due(site) == [(later.id, "2026-05-04")]
    site.save(5, Triage.REFER)
    assert due(site) == []


def test_a_day_that_somebody_set_is_overwritten(site, watched):
    examiner = as_role(site, Role.EXAMINER)
    path = f"/api/v1/examinations/{watched.id}/follow-up"
    said = examiner.put(path, json={"due_on": "2026-09-09"}).json
    assert said == {"examination": watched.id, "due_on": "2026-09-09", "set_by": "examiner"}
    site.records.update(watched)
    assert site.client.get(path).json == said
    assert site.client.get("/api/v1/follow-ups?until=2026-09-08").json["due"] == []
    assert len(site.client.get("/api/v1/follow-ups").json["due"]) == 1
    page = f"/examinations/{watched.id}/follow-up"
    assert examiner.post(page, data={"none": "yes", "due_on": "2027-01-01"}).status_code == 303
    assert due(site) == []
    assert examiner.post(page, data={"due_on": "soon"}).status_code == 422
    assert as_role(site, Role.VIEWER).put(path, json={"due_on": None}).status_code == 403


def test_a_calendar_can_not_read_the_days(site, watched):
    answer = site.client.get(f"/examinations/{watched.id}/follow-up.ics")
    assert answer.mimetype == "text/calendar"
    [event] = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert event["UID"] == f"{watched.id}@dermapoint"
    assert event["DTSTART"].dt == date(2026, 5, 1)
    assert event["SUMMARY"] == "Look at the skin again: P-1, Left knee and shin"
    assert "not a medical device" in event["DESCRIPTION"]
    assert len(icalendar.Calendar.from_ical(site.client.get("/follow-ups.ics").data).walk("VEVENT")) == 1


def test_a_long_title_in_any_script_is_cut_in_a_letter():
    title = "王\\;,\n\r" * 40 + "BEGIN:VEVENT"
    data = write_calendar(
        [Event("1@dermapoint", date(2026, 1, 2), title, "x")], datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert event["SUMMARY"] == title.replace("\r", "")
    assert data.endswith(b"END:VCALENDAR\r\n")
    data.decode()


def jpeg_with_metadata(width, height):
    """A JPEG file as a phone makes it: turned by its Exif orientation 6, and with something private in it."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = (0, 0, 255)
    data = cv2.imencode(".jpg", pixels)[1].tobytes()
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0" + b"SECRET PLACE"
    exif = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:]


def send(client, examination_id, data):
    fields = {"examination": examination_id, "file": (io.BytesIO(data), "a.jpg")}
    return client.post("/overviews", data=fields, content_type="multipart/form-data")


def test_a_photograph_keeps_its_metadata_or_lies_on_its_side(site, watched):
    examiner = as_role(site, Role.EXAMINER)
    assert send(examiner, watched.id, jpeg_with_metadata(4200, 3000)).status_code == 303
    kept = site.client.get(f"/examinations/{watched.id}/overview.jpg", buffered=True).data
    assert b"SECRET" not in kept
    with Decoder() as decoder:
        pixels = decoder.decode(kept, "kept")
    assert pixels.shape[0] == 2048
    assert pixels.shape[1] < pixels.shape[0]
    # Turned to the right: what lay on the left is on top.
    assert pixels[10, 100, 0] > 200
    assert pixels[-10, 100, 0] < 50
    assert site.records.details(watched.id).faults == {}
    assert 'class="overview"' in site.client.get(f"/lesions/{site.lesion.id}").text
    assert send(site.client, watched.id, jpeg_with_metadata(80, 60)).status_code == 303
    assert site.records.details(watched.id).faults == {}
    assert examiner.delete(f"/api/v1/examinations/{watched.id}/overview").status_code == 204
    assert not site.records.overviews.path(watched.id).exists()


@pytest.mark.parametrize("data", [b"no picture", b"\x89PNG\r\n\x1a\n", b""])
def test_what_is_no_photograph_is_kept(site, watched, data):
    assert send(site.client, watched.id, data).status_code == 422
    assert site.client.get(f"/api/v1/examinations/{watched.id}/overview").status_code == 404
    assert send(as_role(site, Role.VIEWER), watched.id, b"x").status_code == 403


def test_a_photograph_stays_when_its_examination_is_deleted(site, watched):
    photograph = jpeg_with_metadata(80, 60)
    path = f"/api/v1/overviews?examination={watched.id}"
    assert site.client.post(path, data=photograph, content_type="image/jpeg").status_code == 204
    place = site.records.overviews.path(watched.id)
    assert place.exists()
    site.records.deletion.examinations([watched.id])
    assert not place.exists()
    assert due(site) == []
    assert site.client.post(path, data=photograph, content_type="image/jpeg").status_code == 404
    assert not place.exists()


def test_a_backup_or_a_recovery_loses_day_consent_and_photograph(site, watched, tmp_path_factory):
    records = site.records
    records.overviews.keep(watched.id, jpeg_with_metadata(80, 60))
    records.follow_ups.set(watched.id, date(2026, 9, 9), "nurse")
    consent = records.consents.give(
        site.person.id,
        scopes=("pictures",),
        text="Yes.",
        given_at=datetime(2026, 1, 1, tzinfo=UTC),
        by="Ann",
    )
    backup = tmp_path_factory.mktemp("backup") / "a.tar"
    records.backups.write(backup)
    records.copies.take()
    other = Records(tmp_path_factory.mktemp("other"))
    try:
        other.backups.restore(backup)
        assert other.follow_ups.of(watched.id).set_by == "nurse"
        assert other.consents.of_person(site.person.id) == [consent]
        assert (
            other.overviews.path(watched.id).read_bytes() == records.overviews.path(watched.id).read_bytes()
        )
        assert other.details(watched.id).faults == {}
    finally:
        other.close()
    # A letter of the row is damaged; the copy on the device has it whole.
    records._database.write(lambda writer: writer.execute("UPDATE consent SET given_by = 'Eve'"))
    records._database.write(lambda writer: writer.execute("UPDATE follow_up SET set_by = 'Eve'"))
    assert records.consents.of_person(site.person.id)[0].damaged
    records.recovery.recover()
    assert records.consents.of_person(site.person.id) == [consent]
    assert records.follow_ups.of(watched.id).set_by == "nurse"


def test_a_day_that_follows_from_a_press_of_1970_is_due_and_leaves_the_device_as_no_date(
    site, watched, picture
):
    unset = replace(
        watched,
        id="19700101T000500000000-beef",
        taken_at=datetime(1970, 1, 1, 0, 5, tzinfo=UTC),
        clock_set=False,
    )
    site.records.save(unset, picture)
    viewer = as_role(site, Role.VIEWER)
    page = viewer.get("/follow-ups").text
    assert "Due now" in page
    assert f"/examinations/{unset.id}" in page
    for text in (page, viewer.get(f"/examinations/{unset.id}").text.partition('id="follow-up"')[2]):
        assert "the clock of the device was not set" in text
        assert "1970" not in text.replace(unset.id, "")
    assert b"1970" not in viewer.get("/follow-ups.ics").data.replace(unset.id.encode(), b"")
    assert viewer.get(f"/examinations/{unset.id}/follow-up.ics").status_code == 404
