"""What leaves the device carries no date that can't be believed, and says so."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from pydicom import dcmread

from device.export.dicom import _patient_id
from tests.device.export.test_formats import text_of


@pytest.fixture
def unset(device, examination, picture):
    """The first examination of the person is of a press while the clock said 1970."""
    moment = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    name = "19700101T000500000000-abcd"
    made = replace(examination, id=name, taken_at=moment, clock_set=False)
    device.records.save(made, picture)
    device.records.assign(name, device.records.lesions.of_examination(device.ids[0]).id)
    return name


def test_a_table_leaves_the_date_out_and_the_persons_first_day_is_another(device, unset, tmp_path):
    path, _ = device.export(tmp_path / "a.csv")
    rows = {
        row["dermapoint_examination"]: row for row in csv.DictReader(io.StringIO(path.read_text("utf-8")))
    }
    mine = rows[unset]
    assert (mine["dermapoint_taken_at"], mine["dermapoint_clock_set"]) == ("", "false")
    assert (mine["acquisition_day"], mine["age_approx"]) == ("", "")
    assert [rows[each]["acquisition_day"] for each in device.ids[:2]] == ["0", "1"]
    assert all(rows[each]["dermapoint_taken_at"] for each in device.ids)


def test_dicom_and_letter_leave_the_date_out_and_say_so(device, unset, tmp_path):
    path, _ = device.export(tmp_path / "a.dicom")
    with ZipFile(path) as archive:
        sets = [
            dcmread(io.BytesIO(archive.read(name))) for name in archive.namelist() if name.endswith(".dcm")
        ]
    (mine,) = (each for each in sets if "clock of the device was not set" in each.ImageComments)
    assert (mine.StudyDate, mine.StudyTime, mine.ContentDate) == ("", "", "")
    assert not any("1970" in str(element.value) for element in mine if element.VR in ("DA", "TM", "DT", "SH"))
    assert sum(bool(each.StudyDate) for each in sets) == len(device.ids)
    path, _ = device.export(tmp_path / "a.pdf")
    said = text_of(path)
    assert "not known: the clock of the device was not set" in said
    assert "1970" not in said.replace(unset, "")


def test_whether_the_clock_was_set_is_kept_and_travels(device, unset, open_device, examination, tmp_path):
    assert device.records.get(unset).clock_set is False
    assert not next(line for line in device.records.recent(9) if line.id == unset).date_known
    assert device.records.get(device.ids[0]).date_known
    device.records.backups.write(tmp_path / "all.tar")
    other = open_device("there")
    assert other.records.backups.restore(tmp_path / "all.tar").damaged == ()
    assert other.records.get(unset).clock_set is False


def test_two_pseudonyms_never_have_one_dicom_patient_id():
    long = "x" * 70
    pseudonyms = ["P-1", "A/B", "A\\B", "A/B ", long, long[:64], long[:64] + "y"]
    pseudonyms.append(_patient_id("A\\B"))
    ids = [_patient_id(each) for each in pseudonyms]
    assert len(set(ids)) == len(pseudonyms)
    assert all(len(each) <= 64 and "\\" not in each and each == each.strip() for each in ids)
    assert ids[:2] == pseudonyms[:2]
