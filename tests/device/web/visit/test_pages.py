"""Who is examined is chosen first, and no page shows a finding without saying whose and of when."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from device.access import Role
from device.examination import Triage
from device.message import Message
from device.records.values import Confirmation, Diagnosis
from device.visit import Visit
from device.web.services import provided
from tests.device.web.people.support import as_role, shown


@pytest.fixture
def ann(site):
    return site.records.persons.add("A-1")


@pytest.fixture
def lesion(site, ann):
    return site.records.lesions.add(ann.id, region="chest")


def reload(site):
    """The live page's part with the finding, without what else stands on it."""
    page = site.client.get("/").text
    return re.search(r'<section id="finding".*?</section>', page, re.DOTALL)[0]


def test_a_visit_begins_in_three_steps_and_the_press_of_the_page_is_theirs(site, ann, lesion):
    client = site.client
    assert "A-1" in client.get("/visit?q=a").text
    exact = client.get("/visit?q=A-1")
    assert exact.location == f"/visit/persons/{ann.id}"
    assert "Chest" in client.get(exact.location).text
    assert client.post(exact.location, data={"lesion": lesion.id}).location == "/"
    assert "The next press is of" in client.get("/visit/bar").text
    pressed = client.post("/press").location.rpartition("/")[2]
    assert shown(site, pressed).lesion == lesion.id
    client.post("/visit/end")
    assert site.examiner.visits.current is None
    assert "Choose who is examined" in client.get("/visit/bar").text


def test_a_new_person_with_a_new_lesion_is_a_matter_of_two_forms(site):
    made = site.client.post("/visit/new", data={"pseudonym": "B-2"}).location
    site.client.post(made, data={"lesion": "new", "region": "nape", "label": "small"})
    person = site.records.persons.known_as("B-2")
    [lesion] = site.records.lesions.of_person(person.id)
    assert site.examiner.visits.current == Visit(person.id, lesion.id)
    assert (lesion.region, lesion.label) == ("nape", "small")
    taken = site.client.post("/visit/new", data={"pseudonym": "B-2"})
    assert taken.status_code == 409
    assert "pseudonym already" in taken.text


def test_a_code_that_names_somebody_leads_to_their_lesions(site, ann, monkeypatch):
    monkeypatch.setattr(provided(site.app).codes, "read", lambda: "A-1")
    found = site.client.post("/visit/code").location
    assert site.client.get(found).location == f"/visit/persons/{ann.id}"


def test_the_lesion_of_somebody_else_can_not_be_chosen(site, lesion):
    ben = site.records.persons.add("B-2")
    assert site.client.post(f"/visit/persons/{ben.id}", data={"lesion": lesion.id}).status_code == 404
    assert site.examiner.visits.current is None


def test_a_viewer_is_offered_nothing_that_they_may_not_do(site, ann):
    viewer = as_role(site, Role.VIEWER)
    site.examiner.visits.begin(Visit(ann.id))
    bar = viewer.get("/visit/bar").text
    assert "A-1" in bar
    assert "<form" not in bar
    assert viewer.get("/visit").status_code == 403


def test_beside_the_view_of_one_person_no_finding_of_another_stands(site, ann, lesion):
    site.examiner.visits.begin(Visit(ann.id, lesion.id))
    pressed = site.examiner.press()
    assert pressed.id in reload(site)
    site.examiner.visits.begin(Visit(site.records.persons.add("B-2").id))
    assert pressed.id not in reload(site)
    assert "The finding of B-2 appears here." in reload(site)
    # When the visit is over, it says whose it is and of when.
    site.examiner.visits.end()
    card = reload(site)
    assert f'href="/persons/{ann.id}"><strong>A-1' in card
    assert f'datetime="{pressed.taken_at.isoformat()}"' in card


def test_a_finding_of_nobody_offers_whose_it_is_in_one_tap(site, ann, lesion):
    pressed = site.examiner.press()
    site.examiner.visits.begin(Visit(ann.id))
    card = reload(site)
    assert "Nobody said yet whom it shows." in card
    assert f'value="{lesion.id}" class="offer"' in card
    site.client.post(f"/examinations/{pressed.id}/assign", data={"lesion": lesion.id})
    assert "Nobody said yet" not in reload(site)


def test_a_person_who_was_deleted_is_examined_no_longer(site, ann):
    site.examiner.visits.begin(Visit(ann.id))
    site.records.deletion.person(ann.id)
    assert "Choose who is examined" in site.client.get("/").text


@pytest.fixture
def pages_after(site, ann, lesion, examination, picture):
    """Saves an examination of the lesion that turned out to be this, and gives the pages that show it."""

    def pages_after(label="bkl", confirmed_on=None, **finding):
        made = replace(examination, finding=replace(examination.finding, **finding))
        site.records.save(made, picture)
        site.records.assign(made.id, lesion.id)
        if label:
            diagnosis = Diagnosis(label, Confirmation.HISTOPATHOLOGY, confirmed_on)
            site.records.lesions.change(lesion.id, diagnosis=diagnosis)
        pages = ("/", f"/examinations/{made.id}", "/history", f"/persons/{ann.id}", f"/lesions/{lesion.id}")
        return {path: site.client.get(path).text for path in pages}

    return pages_after


def test_a_confirmed_diagnosis_goes_before_what_the_device_said_on_every_page(pages_after):
    for path, page in pages_after("mel", triage=Triage.WATCH, reasons=()).items():
        main = page.partition("<main")[2]
        confirmed, said = main.index("Melanoma"), main.index(" Watch")
        assert confirmed < said, path
        assert 'class="tag watch"' not in main, path
        assert 'class="triage watch"' not in main, path
        assert "malignant" in main[:said], path


def test_a_picture_taken_after_the_diagnosis_may_show_news_and_is_told_in_full(pages_after, examination):
    day = examination.taken_at.date()
    card = pages_after("bkl", day - timedelta(1), triage=Triage.REFER)["/"]
    assert "What the device says of this later picture" in card
    assert 'class="triage refer"' in card


def test_what_the_device_said_before_the_diagnosis_is_past(pages_after, examination):
    card = pages_after("bkl", date(2026, 1, 2), triage=Triage.REFER)["/"]
    assert examination.taken_at.date() == date(2026, 1, 2)
    assert "What the device said before that" in card
    assert 'class="triage refer"' not in card


def test_retake_beside_a_suspicion_says_both_on_every_page(pages_after):
    reasons = (Message("not_sharp"), Message("over_threshold", malignancy=0.4, threshold=0.1))
    for path, page in pages_after("", triage=Triage.RETAKE, reasons=reasons).items():
        assert "Take it again" in page, path
        assert "Suspicious all the same" in page, path
        assert re.search(r'class="(tag|triage) refer"', page), path


def test_no_page_shows_a_probability_of_zero(pages_after, finding):
    nothing = dict.fromkeys(finding.probabilities, 0.0) | {"nv": 1.0}
    for path, page in pages_after("", triage=Triage.WATCH, malignancy=0.0, probabilities=nothing).items():
        assert not re.search(r"(?<![0-9.])0(\.0+)?\s?%", page), path
