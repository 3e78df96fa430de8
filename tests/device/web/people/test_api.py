"""Persons and lesions for programs."""

from datetime import date

import pytest

from tests.device.web.people.support import NOBODY, last_actions, shown


def test_programs_add_read_change_and_delete_a_person(site):
    answer = site.client.post("/api/v1/persons", json={"pseudonym": "P-1", "birth_year": 1950, "sex": "male"})
    assert answer.status_code == 201
    made = answer.json
    assert made["age"] == date.today().year - 1950
    assert answer.headers["Location"] == f"/api/v1/persons/{made['id']}"
    assert site.client.get(answer.headers["Location"]).json == made
    assert site.client.get("/api/v1/persons?q=p-1").json == {"persons": [made]}
    assert site.client.get("/api/v1/persons?after=P-1").json == {"persons": []}
    changed = site.client.patch(answer.headers["Location"], json={"birth_year": None, "skin_type": 3}).json
    revision = changed["revision"]
    assert revision != made["revision"]
    assert changed == {**made, "birth_year": None, "age": None, "skin_type": 3, "revision": revision}
    assert site.client.delete(answer.headers["Location"]).status_code == 204
    assert site.client.get(answer.headers["Location"]).status_code == 404
    assert last_actions(site) == [("deleted person", made["id"])]


def test_programs_add_read_confirm_and_delete_a_lesion(site, ann, save):
    answer = site.client.post(
        f"/api/v1/persons/{ann.id}/lesions", json={"region": "left-palm", "label": "it"}
    )
    assert answer.status_code == 201
    made, address = answer.json, answer.headers["Location"]
    assert (made["anatom_site_general"], made["anatom_site_special"]) == (
        "palms/soles",
        "acral palms or soles",
    )
    assert site.client.get(f"/api/v1/persons/{ann.id}/lesions").json == {"lesions": [made]}
    confirmed = {"label": "nv", "confirmed_by": "follow-up", "confirmed_on": None, "in_words": ""}
    changed = site.client.patch(address, json={"diagnosis": confirmed}).json
    assert changed == {**made, "diagnosis": confirmed, "revision": changed["revision"]}
    site.records.assign(save(1), made["id"])
    [line] = site.client.get(address).json["examinations"]
    assert (line["age"], line["triage"], line["likeliest"]) == (76, "refer", "mel")
    assert site.client.patch(address, json={"diagnosis": None}).json == made
    assert site.client.delete(address).status_code == 204
    assert site.records.count() == 0


def test_programs_assign_note_and_protect(site, ann, mole, save):
    taken = save(1)
    address = f"/api/v1/examinations/{taken}"
    said = site.client.patch(address, json={"lesion": mole.id, "notes": "n", "protected": True}).json
    wanted = {"id": taken, "lesion": mole.id, "person": ann.id, "notes": "n", "protected": True}
    assert said == {**wanted, "revision": said["revision"]}
    assert site.client.get(f"{address}/assignment").json == said
    assert site.client.patch(address, json={}).json == said
    assert site.client.patch(address, json={"lesion": None}).json == {**said, "lesion": None, "person": None}
    # One part that is refused leaves the others unwritten.
    refused = site.client.patch(address, json={"protected": False, "notes": "new", "lesion": NOBODY})
    assert refused.status_code == 404
    assert (shown(site, taken).notes, shown(site, taken).protected) == ("n", True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"pseudonym": "P-1"}, 409),
        ({}, 422),
        ({"pseudonym": 1}, 422),
        ({"pseudonym": "x", "birth_year": 10**400}, 422),
        ({"pseudonym": "x", "skin_type": True}, 422),
        ({"pseudonym": "x", "sex": "m"}, 422),
        ({"pseudonym": "x", "name": "\0"}, 422),
        ({"pseudonym": "\ud800"}, 422),
        ({"pseudonym": "x", "age": 3}, 422),
        ([], 422),
    ],
)
def test_a_program_is_told_what_was_refused(site, ann, body, status):
    answer = site.client.post("/api/v1/persons", json=body)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert len(site.records.persons.search()) == 1


@pytest.mark.parametrize(
    "diagnosis",
    [{}, {"label": "mel"}, {"label": 1}, {"label": "mel", "confirmed_by": "guess"}, {"by": "x"}, "mel"],
)
def test_a_program_cannot_confirm_what_has_no_meaning(site, mole, diagnosis):
    answer = site.client.patch(f"/api/v1/lesions/{mole.id}", json={"diagnosis": diagnosis})
    assert answer.status_code == 422
    assert site.records.lesions.get(mole.id) == mole
