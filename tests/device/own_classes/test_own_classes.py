"""Nothing of the device knows which classes there are, but for what the bundle and the records say."""

import csv
import io
import json
import subprocess
import sys
import time
from dataclasses import replace
from zipfile import ZipFile

import pytest

from browser.manifest import describe_model
from device.accuracy import measure
from device.classes import HAM10000, Classes
from device.classifier import load_classifier
from device.errors import BundleError
from device.export.isic import levels_of
from device.records import Query, Records
from device.records.values import Confirmation, Diagnosis
from device.serialization import examination_from_json, examination_to_json
from device.web.exports import report_words
from tests.conftest import FRAMES
from tests.device.own_classes.conftest import NAMED


def exported(client, kind):
    return fetch(client, client.post("/api/v1/exports", json={"format": kind}))


def pdf_text(data):
    return subprocess.run(
        ["pdftotext", "-", "-"], input=data, capture_output=True, check=True
    ).stdout.decode()


def fetch(client, answer):
    deadline = time.monotonic() + 60
    while (job := client.get(answer.headers["Location"]).json)["progress"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert job["progress"] == "done", job
    with client.get(job["file"]) as file:
        return file.data


def test_a_finding_answers_for_its_own_classes_in_its_own_grid(bundle, field, own):
    finding = load_classifier(bundle.folder).classify([field])
    assert list(finding.probabilities) == list(own.codes)
    assert sum(finding.probabilities.values()) == pytest.approx(1)
    assert list(finding.beside) == ["something_bad"]
    beside = finding.beside["something_bad"]
    bad = sum(share for code, share in finding.probabilities.items() if code in own.malignant)
    assert finding.malignancy == pytest.approx(beside + (1 - beside) * bad)
    assert finding.saliency.shape == (5, 5)
    assert set(finding.prediction_set) <= set(own.output_codes)


def test_an_examination_survives_the_records_with_its_classes_and_its_grid(house, own):
    made = house.examiner.press()
    kept = house.records.get(made.id).finding
    assert kept.saliency.shape == (5, 5)
    assert kept.saliency == pytest.approx(made.finding.saliency, abs=0.5 / 255)
    assert kept.classes.output_codes == own.output_codes
    assert kept.classes.malignant == own.malignant
    assert kept.classes.get("nail-mel").name("de") == "Nagelmelanom"
    assert kept.beside == made.finding.beside


def test_an_examination_of_before_classes_were_written_down_is_read_as_it_was(examination):
    value = examination_to_json(examination)
    for name in ("classes", "classes_beside", "beside", "saliency_shape"):
        del value["finding"][name]
    finding = examination_from_json(value).finding
    assert finding.classes.codes == ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
    assert finding.classes.malignant == {"mel", "bcc", "akiec"}
    assert (finding.beside, finding.saliency.shape) == ({}, (7, 7))


def test_page_and_api_name_the_bundles_classes(client, own):
    examination = client.post("/api/v1/press").json
    assert {each["code"] for each in examination["finding"]["classes"]} == set(own.codes)
    page = client.get(f"/examinations/{examination['id']}", headers={"Accept-Language": "de"}).text
    likeliest = max(examination["finding"]["probabilities"].items(), key=lambda item: item[1])[0]
    assert own.get(likeliest).name("de") in page
    assert "Another malignant lesion" in page
    assert "Melanom (" not in page
    assert client.get(f"/examinations/{examination['id']}/saliency.png").status_code == 200
    history = client.get("/history").text
    assert "Subungual bleeding" in history
    leading = client.get("/api/v1/examinations").json["examinations"][0]
    assert leading["finding"]["probabilities"] == examination["finding"]["probabilities"]


def test_examinations_are_found_by_an_own_class(client, house):
    made = house.examiner.press()
    found = client.get(f"/api/v1/examinations?class={made.finding.leading}").json["examinations"]
    assert [each["id"] for each in found] == [made.id]
    assert client.get("/api/v1/examinations?class=Not a code").status_code == 400


def test_a_diagnosis_is_one_of_the_bundles_classes_and_counts_as_its_kind(client, house, own):
    made = house.examiner.press()
    person = house.records.persons.add("N-1")
    lesion = house.records.lesions.add(person.id)
    house.records.assign(made.id, lesion.id)
    address = f"/api/v1/lesions/{lesion.id}"
    known = {"label": "bowen", "confirmed_by": "histopathology"}
    assert client.patch(address, json={"diagnosis": known}).status_code == 200
    assert client.patch(address, json={"diagnosis": {**known, "label": "mel"}}).status_code in (400, 422)
    assert "Bowen&#39;s disease" in client.get(f"/lesions/{lesion.id}").text
    (outcome,) = house.records.outcomes()
    assert outcome.malignant
    accuracy = client.get("/api/v1/report").json
    assert set(accuracy["confusion"]["bowen"]) >= set(own.output_codes)
    assert "Bowen&#39;s disease" in client.get("/report").text or not accuracy["judged"]


def test_a_former_bundles_class_still_counts_as_its_own_record_says(house, own):
    made = house.examiner.press()
    person = house.records.persons.add("N-1")
    diagnosis = Diagnosis("nail-mel", Confirmation.HISTOPATHOLOGY)
    lesion = house.records.lesions.add(person.id, diagnosis=diagnosis)
    house.records.assign(made.id, lesion.id)
    accuracy = measure(house.records.outcomes(), Classes(NAMED[1:3]))
    assert accuracy.lesions == 1
    assert house.records.outcomes()[0].malignant


def test_exports_have_a_column_for_every_class_that_occurs(client, house, examination, picture, own):
    house.examiner.press()
    house.records.save(examination, picture)
    rows = list(csv.DictReader(io.StringIO(exported(client, "csv").decode())))
    mine, former = sorted(rows, key=lambda row: row["dermapoint_examination"], reverse=True)
    shares = [float(mine[f"dermapoint_probability_{code}"]) for code in own.codes]
    assert sum(shares) == pytest.approx(1, abs=0.001)
    assert mine["dermapoint_probability_mel"] == ""
    assert float(former["dermapoint_probability_mel"]) == 0.5
    assert former["dermapoint_probability_bowen"] == ""


def test_a_code_that_means_something_else_is_not_the_archives_diagnosis(own):
    mole = replace(HAM10000.get("mel"), names={"en": "Mole of the nail"}, malignant=False)
    assert levels_of("mel", HAM10000)[0] == "Malignant"
    assert levels_of("mel", Classes((mole, *own.named))) == ()
    assert levels_of("nail-mel", own) == ()


def test_a_zip_goes_to_another_device_and_back(client, house, tmp_path, own):
    from device.export.importing import import_archive

    made = house.examiner.press()
    path = tmp_path / "out.zip"
    path.write_bytes(exported(client, "zip"))
    with ZipFile(path) as archive:
        assert b"probability_nail-mel" in archive.read("metadata.csv")
    other = Records(tmp_path / "other")
    import_archive(other, path, False, lambda done, of: None, 0)
    assert other.get(made.id).finding.classes.output_codes == own.output_codes
    assert other.search(Query(likeliest=made.finding.leading))
    other.close()


def test_the_pdf_and_dicom_name_the_own_classes(client, house, tmp_path):
    made = house.examiner.press()
    with house.app.test_request_context("/"):
        words = report_words.of(Query(), house.records)
    assert words["class nail-mel"] == "Melanoma of the nail"
    assert exported(client, "pdf").startswith(b"%PDF")
    with ZipFile(io.BytesIO(exported(client, "dicom"))) as archive:
        assert b"nail-mel" in archive.read(f"{made.id}.dcm")


def test_a_letter_names_the_own_classes(client, house, own):
    made = house.examiner.press()
    person = house.records.persons.add("N-1")
    house.records.assign(made.id, house.records.lesions.add(person.id).id)
    data = fetch(client, client.post("/api/v1/letters", json={"person": person.id}))
    likeliest = own.get(made.finding.likeliest(1)[0][0]).name()
    assert likeliest in pdf_text(data)


def test_the_api_is_described_without_any_model_s_classes(client):
    described = json.dumps(client.get("/api/v1/openapi.json").json)
    for each in HAM10000.named:
        assert each.name() not in described


def test_the_page_without_a_device_has_the_own_classes(bundle, own):
    described = describe_model(bundle, "model.tflite", "picture.png")
    assert [each["code"] for each in described["classes"]] == list(own.codes)
    assert described["channels"] == len(own.outputs) + 1


def test_the_command_line_classifies_with_it(bundle, own):
    result = subprocess.run(
        [sys.executable, "-m", "device.cli", "classify", "--json", "--bundle", bundle.folder, FRAMES],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    for line in map(json.loads, result.stdout.splitlines()):
        assert set(line["probabilities"]) == set(own.codes)
        assert set(line["beside"]) == {"something_bad"}


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda c: c.update(format=2), "format 2, and this version reads 3"),
        (lambda c: c.update(input_side=224), "160 pixels where its manifest says 224"),
        (lambda c: c.update(input_side=150), "an input side of 128, 160, 192, 224"),
        (lambda c: c.update(beside=[]), "prediction sets"),
        (lambda c: c["classes"].append(c["classes"][0]), "each code once"),
        (lambda c: c["classes"][0].update(code="Not a code"), "as the code of a class"),
        (lambda c: c["classes"][0].update(names={"de": "x"}), "an English name"),
        (lambda c: c["classes"][0].update(malignant="yes"), "malignant"),
        (
            lambda c: (c.update(beside=[]), c["rules"]["include_from"].pop()),
            "maps where its classes need",
        ),
    ],
)
def test_a_manifest_that_does_not_fit_its_model_is_refused_in_a_sentence(bundle, spoil, word):
    manifest = bundle.folder / "bundle.json"
    content = json.loads(manifest.read_text())
    spoil(content)
    manifest.write_text(json.dumps(content))
    with pytest.raises(BundleError, match=word) as caught:
        load_classifier(bundle.folder)
    assert "\n" not in str(caught.value)
