"""The device's own accuracy on the page."""

import pytest

from device.records.values import Confirmation, Diagnosis


@pytest.fixture
def confirmed(site, examination, picture):
    site.records.save(examination, picture)
    person = site.records.persons.add("A-17")
    diagnosis = Diagnosis("mel", Confirmation.HISTOPATHOLOGY)
    lesion = site.records.lesions.add(person.id, diagnosis=diagnosis)
    site.records.assign(examination.id, lesion.id)


def test_without_a_confirmed_diagnosis_it_says_what_to_do(site):
    assert "Nothing is confirmed yet" in site.client.get("/report").text


def test_the_figures_are_on_the_page_and_said_to_be_few(site, confirmed):
    page = site.client.get("/report").text
    assert "So few lesions are a hint at most" in page
    assert "Malignant and referred" in page
    assert "not a medical device" in page
    assert "A-17" not in page


def test_programs_get_the_same(site, confirmed):
    figures = site.client.get("/api/v1/report").json
    assert figures["sensitivity"]["value"] == 1
    assert figures["confusion"]["mel"]["mel"] == 1
    assert site.client.get("/api/v1/report?until=2026-01-01").json["lesions"] == 0


def test_a_wrong_day_is_told(site, confirmed):
    answer = site.client.get("/report?since=soon")
    assert answer.status_code == 422
    assert 'id="since-fault"' in answer.text
    assert site.client.get("/api/v1/report?since=soon").status_code == 400
