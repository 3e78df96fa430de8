import csv
import io
import json
import shutil
import subprocess
from zipfile import ZipFile

import pytest

from device.errors import ExportError
from device.export import Order
from device.export.formats import FORMATS, MOST_PAGES
from device.export.isic import COLUMNS, DIAGNOSES, _cell
from device.export.items import Collection
from device.export.order import from_json, to_json
from device.export.writing import write
from device.records import Query
from device.serialization import NOT_A_DEVICE
from tests.device.export.conftest import NAME, NOTE


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def text_of(path):
    """What a reader of the PDF can read."""
    program = shutil.which("pdftotext")
    assert program, "pdftotext is missing: apt install poppler-utils"
    result = subprocess.run([program, "-layout", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(result.stdout.split())


def content(path):
    """All bytes of an export, unpacked."""
    if path.suffix == ".pdf":
        return text_of(path).encode()
    if path.suffix not in (".zip", ".dicom"):
        return path.read_bytes()
    with ZipFile(path) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def test_a_row_has_the_archives_names_and_the_devices_own(device, tmp_path):
    path, written = device.export(tmp_path / "a.csv")
    first, _, last = rows(path)
    assert written.examinations == 3
    assert list(first)[: len(COLUMNS)] == list(COLUMNS)
    wanted = {
        "filename": f"{device.ids[0]}.jpg",
        "age_approx": "65",
        "anatom_site_general": "upper extremity",
        "diagnosis_1": "Malignant",
        "diagnosis_3": "Melanoma, NOS",
        "diagnosis_confirm_type": "histopathology",
        "fitzpatrick_skin_type": "II",
        "image_type": "dermoscopic",
        "patient_id": "P-1",
        "pixels_x": "160",
        "pixels_y": "120",
        "sex": "female",
        "acquisition_day": "0",
        "dermapoint_triage": "refer",
        "dermapoint_prediction_set": "mel nv",
        "dermapoint_width_mm": "14.200",
        "dermapoint_model": "test model",
        "dermapoint_notice": NOT_A_DEVICE,
    }
    assert {name: first[name] for name in wanted} == wanted
    assert rows(path)[1]["acquisition_day"] == "1"
    assert (last["patient_id"], last["lesion_id"], last["diagnosis_1"], last["age_approx"]) == ("",) * 4


def test_actinic_keratosis_has_no_place_in_the_archives_hierarchy():
    assert "akiec" not in DIAGNOSES


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@SUM(A1)", "\tx"])
def test_no_spreadsheet_takes_a_text_for_a_formula(text):
    assert _cell(text) == f"'{text}"


@pytest.mark.parametrize("kind", ["csv", "json", "zip", "pdf", "dicom"])
def test_names_and_notes_leave_only_when_asked_for(device, tmp_path, kind):
    without, _ = device.export(tmp_path / f"without.{kind}")
    named, _ = device.export(tmp_path / f"with.{kind}", named=True)
    variants = {text: [text.encode(), json.dumps(text)[1:-1].encode()] for text in (NAME, NOTE)}
    for each in (NAME, NOTE):
        assert not any(variant in content(without) for variant in variants[each])
    assert any(variant in content(named) for variant in variants[NAME])
    assert b"P-1" in content(without)


@pytest.mark.parametrize("kind", ["csv", "json", "zip", "pdf", "dicom"])
def test_every_format_names_model_and_version_and_says_what_it_is_not(device, tmp_path, kind):
    found = content(device.export(tmp_path / f"a.{kind}")[0]).decode(errors="replace")
    for text in ("test model", "0.1.0", "not a medical device"):
        assert text in found


def test_json_holds_all_that_is_known(device, tmp_path):
    path, _ = device.export(tmp_path / "a.json", named=True)
    output = json.loads(path.read_text())
    assert output["notice"] == NOT_A_DEVICE
    first = output["examinations"][0]
    assert first["examination"]["id"] == device.ids[0]
    assert first["person"]["name"] == NAME
    assert first["lesion"]["diagnosis"]["label"] == "mel"
    assert [each["frame"] for each in first["pictures"]] == [-1, 0, 1]


def test_the_sums_of_a_zip_are_what_sha256sum_says(device, tmp_path):
    path, _ = device.export(tmp_path / "a.zip")
    with ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    result = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True
    )
    assert result.returncode == 0


def test_a_damaged_picture_is_left_out_and_named(device, tmp_path):
    device.records.image_path(device.ids[1]).write_bytes(b"gone")
    _, written = device.export(tmp_path / "a.zip")
    assert written.left_out == (f"{device.ids[1]}.jpg",)
    assert device.export(tmp_path / "a.dicom")[1].left_out == (f"{device.ids[1]}.jpg",)
    with pytest.raises(ExportError, match="damaged"):
        device.export(tmp_path / "a.pdf")


def test_a_report_speaks_the_readers_language(device, tmp_path):
    words = {
        "What the device said before the diagnosis was confirmed": "Was das Gerät vorher sagte",
        "class mel": "Weiß",
    }
    path, _ = device.export(tmp_path / "a.pdf", words=words, language="de", query=Query(id=device.ids[0]))
    said = text_of(path)
    for text in (
        *words.values(),
        "Überweisen",
        "Each tick is 1 mm; the bar is 10 mm long.",
        "50 %",
        "test model",
    ):
        assert text in said


def test_a_report_embeds_its_fonts(device, tmp_path):
    path, _ = device.export(tmp_path / "a.pdf", named=True)
    output = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True)
    fonts = output.stdout.splitlines()[2:]
    assert len(fonts) == 2
    assert all("yes yes yes" in font for font in fonts)


def test_too_long_a_report_is_refused(open_device, examination, picture, tmp_path):
    device = open_device("many")
    device.fill(examination, picture, MOST_PAGES + 1)
    with pytest.raises(ExportError, match=f"at most {MOST_PAGES}"):
        device.export(tmp_path / "a.pdf")
    assert list(tmp_path.glob("a.pdf*")) == []


def test_nothing_to_export_is_said(device, tmp_path):
    with pytest.raises(ExportError, match="no examination"):
        device.export(tmp_path / "a.csv", query=Query(text="nobody"))


def test_a_full_disk_leaves_nothing_half(device, tmp_path, monkeypatch):
    monkeypatch.setattr("device.export.writing.files.sync", _refuse)
    with pytest.raises(ExportError, match="free some space"):
        device.export(tmp_path / "a.zip")
    assert list(tmp_path.glob("a.zip*")) == []


def _refuse(path):
    raise OSError(28, "No space left on device")


def test_what_stays_free_is_not_taken(device, tmp_path):
    order = Order("csv")
    with pytest.raises(ExportError, match="would stay free"):
        write(
            device.records,
            Collection(device.records, device.optics, order),
            order,
            tmp_path / "a.csv",
            lambda done, of: None,
            1 << 60,
        )
    assert list(tmp_path.glob("a.csv*")) == []


def test_an_order_goes_to_another_process_and_is_the_same(examination):
    query = Query(text="a", since=examination.taken_at, triage=examination.finding.triage, confirmed=False)
    order = Order("pdf", query, True, {"a": "b"})
    assert from_json(to_json(order)) == order


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_the_registry_writes_what_it_says(device, tmp_path, name):
    """One that was named in one place only was exported as a file of 0 bytes, and called a success."""
    path, written = device.export(tmp_path / f"a.{name}")
    assert written.bytes == path.stat().st_size > 0
    begins = {"application/zip": b"PK", "application/pdf": b"%PDF", "text/csv": b"", "application/json": b"{"}
    assert path.read_bytes().lstrip().startswith(begins[FORMATS[name].media])
    assert FORMATS[name].suffix.endswith(FORMATS[name].media.rpartition("/")[2])


def test_a_format_without_an_entry_is_refused(device, tmp_path):
    with pytest.raises(ExportError, match="choose a format: one of pdf, zip"):
        device.export(tmp_path / "a.xml")
    assert list(tmp_path.glob("a.xml*")) == []
