"""A second reader: the examiner says their own opinion before the device's is shown."""

import pytest

from device.access import Role
from device.examination import Triage
from device.records.values import Confirmation, Diagnosis
from tests.support import heard


@pytest.fixture
def withheld(site, examination, picture):
    site.records.save(examination, picture, withhold=True)
    return examination


def test_a_program_says_an_opinion_and_reads_it_with_its_scores(site, withheld):
    path = f"/api/v1/examinations/{withheld.id}/opinions"
    body = {"triage": "refer", "label": "mel", "checklist": ["blue-whitish veil", "irregular streaks"]}
    made = site.client.post(path, json=body)
    assert made.status_code == 201
    assert made.json["blind"] is True
    assert made.json["checklist"]["score"] == 3
    assert made.json["checklist"]["revised_suspicious"] is True
    found = site.client.get(path).json
    assert found["opinions"] == [made.json]
    assert found["withheld"] is False


@pytest.mark.parametrize(
    "body",
    [
        {"triage": "retake"},
        {"triage": "panic"},
        {"triage": "refer", "label": "wart"},
        {"triage": "refer", "checklist": ["asymmetry"]},
    ],
)
def test_what_is_no_opinion_is_refused_and_the_finding_stays_withheld(site, withheld, body):
    answer = site.client.post(f"/api/v1/examinations/{withheld.id}/opinions", json=body)
    assert answer.status_code == 422
    assert site.records.opinions.is_withheld(withheld.id)


def test_a_viewer_has_no_opinion(site, withheld):
    client = site.client_with(site.access.tokens.add("reader", Role.VIEWER))
    assert client.post(f"/examinations/{withheld.id}/show").status_code == 403
    assert client.post(f"/examinations/{withheld.id}/opinion", data={"triage": "refer"}).status_code == 403
    assert site.records.opinions.is_withheld(withheld.id)


def test_lamp_and_pages_are_told_of_the_finding_when_it_is_shown(site, withheld):
    with site.announcer.listen() as listener:
        site.client.post(f"/examinations/{withheld.id}/opinion", data={"triage": "watch"})
        (event,) = heard(listener)
    assert (event.kind, event.data["id"], event.data["withheld"]) == ("examination", withheld.id, False)
    said = site.records.opinions.of_examination(withheld.id)
    assert [(each.triage, each.blind, each.checklist) for each in said] == [(Triage.WATCH, True, None)]


def test_a_checklist_of_which_nothing_is_present_is_not_one_that_was_not_filled_in(site, withheld):
    site.client.post(f"/examinations/{withheld.id}/opinion", data={"triage": "watch", "checked": "yes"})
    assert site.records.opinions.of_examination(withheld.id)[0].checklist.score == 0


def test_it_can_be_shown_without_an_opinion_and_the_log_says_so(site, withheld):
    assert site.client.post(f"/examinations/{withheld.id}/show").status_code == 303
    assert not site.records.opinions.is_withheld(withheld.id)
    assert site.access.audit.newest(1)[0].action == "had a finding shown without an opinion"


def test_the_report_holds_examiner_and_device_against_each_other(site, withheld):
    site.client.post(f"/api/v1/examinations/{withheld.id}/opinions", json={"triage": "refer"})
    agreement = site.client.get("/api/v1/report").json["agreement"]
    assert (agreement["opinions"], agreement["table"]["refer"]["refer"]) == (1, 1)
    assert agreement["same_triage"]["value"] == 1


def test_no_page_shows_what_is_withheld_until_an_opinion_is_said(site, withheld):
    records = site.records
    lesion = records.lesions.add(records.persons.add("A-7").id)
    records.assign(withheld.id, lesion.id)
    shown = f"/examinations/{withheld.id}"
    pages = (
        "/",
        shown,
        "/finding",
        "/history",
        f"/lesions/{lesion.id}",
        f"/persons/{lesion.person}",
    )
    for path in pages:
        page = site.client.get(path).text
        assert "Your opinion first" in page
        assert "Have a dermatologist look" not in page
        assert 'class="tag refer"' not in page
        assert "60%" not in page
    refused = site.client.post(f"{shown}/opinion", data={"criterion": "regression structures"})
    assert refused.status_code == 422
    assert "Say what you would do" in refused.text
    said = {"triage": "watch", "label": "nv", "checked": "yes", "criterion": "regression structures"}
    assert site.client.post(f"{shown}/opinion", data=said).location == shown
    page = site.client.get(shown).text
    assert "Have a dermatologist look" in page
    assert "before the finding was shown" in page
    assert "1 of 10 points (1998), 1 of 7 (2011)" in page
    assert "Your opinion first" not in site.client.get("/history").text
    assert "Neither right" not in site.client.get("/report").text
    lesion = records.lesions.change(lesion.id, diagnosis=Diagnosis("mel", Confirmation.HISTOPATHOLOGY))
    report = site.client.get("/report").text
    assert "Said the same (refer or watch)" in report
    assert "The device alone right: 1 examination<" in report
