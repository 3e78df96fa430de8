"""Programs choose who is examined before they press, and are told what a lesion turned out to be."""

from datetime import date

import pytest

from device.access import Role
from device.records.values import Confirmation, Diagnosis
from device.visit import Visit
from tests.device.web.people.support import as_role, last_actions

NOBODY = {"person": None, "lesion": None, "ends_in": 0}


@pytest.fixture
def ann(site):
    return site.records.persons.add("A-1")


@pytest.fixture
def lesion(site, ann):
    return site.records.lesions.add(ann.id, region="chest")


def test_what_is_pressed_during_a_visit_is_theirs_until_it_ends(site, ann, lesion):
    client = site.client
    assert client.get("/api/v1/visit").json == NOBODY
    begun = client.put("/api/v1/visit", json={"person": ann.id, "lesion": lesion.id})
    assert begun.json | {"ends_in": 0} == {"person": ann.id, "lesion": lesion.id, "ends_in": 0}
    assert 0 < begun.json["ends_in"] <= 900
    assert last_actions(site) == [("chose who is examined", f"{ann.id} {lesion.id}")]
    pressed = client.post("/api/v1/press").json
    assert (pressed["person"], pressed["lesion"], pressed["diagnosis"]) == (ann.id, lesion.id, None)
    assert client.delete("/api/v1/visit").status_code == 204
    assert client.get("/api/v1/visit").json == NOBODY
    assert client.post("/api/v1/press").json["person"] is None


def test_the_lesion_of_somebody_else_is_refused_and_the_visit_stays(site, ann, lesion):
    ben = site.records.persons.add("B-2")
    site.examiner.visits.begin(Visit(ben.id))
    answer = site.client.put("/api/v1/visit", json={"person": ben.id, "lesion": lesion.id})
    assert answer.status_code == 404
    assert answer.json["code"] == "lesion_of_someone_else"
    assert site.client.get("/api/v1/visit").json["person"] == ben.id


def test_a_viewer_sees_who_is_examined_and_chooses_nobody(site, ann):
    viewer = as_role(site, Role.VIEWER)
    assert viewer.get("/api/v1/visit").status_code == 200
    assert viewer.put("/api/v1/visit", json={"person": ann.id}).status_code == 403
    assert viewer.delete("/api/v1/visit").status_code == 403
    assert viewer.post("/api/v1/code").status_code == 403


def test_a_confirmed_diagnosis_goes_before_the_finding_wherever_it_is_told(site, ann, lesion):
    site.examiner.visits.begin(Visit(ann.id, lesion.id))
    pressed = site.client.post("/api/v1/press").json
    confirmed = Diagnosis("mel", Confirmation.HISTOPATHOLOGY, date(2026, 1, 2), "superficial")
    site.records.lesions.change(lesion.id, diagnosis=confirmed)
    expected = {
        "label": "mel",
        "confirmed_by": "histopathology",
        "confirmed_on": "2026-01-02",
        "in_words": "superficial",
    }
    one = site.client.get(f"/api/v1/examinations/{pressed['id']}").json
    listed = site.client.get("/api/v1/examinations").json["examinations"][0]
    assert one == listed
    assert one["diagnosis"] == expected


def test_without_a_code_in_view_the_answer_says_what_to_do(site, frame):
    from device.web.services import provided

    provided(site.app).codes.seconds = 0.1
    site.ring.publish(frame)
    answer = site.client.post("/api/v1/code")
    assert answer.status_code == 404
    assert "type it" in answer.json["detail"]
