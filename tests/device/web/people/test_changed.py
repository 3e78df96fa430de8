"""Two who change the same at once: the later sees both texts, and erases nothing unasked."""

import re

import pytest

from device.records import Query
from device.records.values import Confirmation, Diagnosis


def revision_in(page, form=""):
    return re.search(rf'{form}.*?name="revision" value="([0-9a-f]+)"', page, re.DOTALL)[1]


@pytest.fixture
def forms(site, ann, mole, save):
    """Each form: where it is, where it is sent, what is sent, and what another has written meanwhile."""
    taken = save(1)
    records = site.records
    known = Diagnosis("nv", Confirmation.FOLLOW_UP, None, "theirs & well")
    return {
        "person": (
            f"/persons/{ann.id}/edit",
            f"/persons/{ann.id}/edit",
            {"pseudonym": "P-1", "notes": "mine"},
            lambda: records.persons.change(ann.id, notes="theirs & well"),
            lambda: records.persons.get(ann.id).notes,
        ),
        "lesion": (
            f"/lesions/{mole.id}/edit",
            f"/lesions/{mole.id}/edit",
            {"label": "", "notes": "mine"},
            lambda: records.lesions.change(mole.id, notes="theirs & well"),
            lambda: records.lesions.get(mole.id).notes,
        ),
        "diagnosis": (
            f"/lesions/{mole.id}/diagnosis",
            f"/lesions/{mole.id}/diagnosis",
            {"label": "mel", "confirmed_by": "histopathology", "in_words": "mine"},
            lambda: records.lesions.change(mole.id, diagnosis=known),
            lambda: records.lesions.get(mole.id).diagnosis.in_words,
        ),
        "notes": (
            f"/examinations/{taken}",
            f"/examinations/{taken}/notes",
            {"notes": "mine"},
            lambda: records.note(taken, "theirs & well"),
            lambda: records.search(Query(id=taken))[0].notes,
        ),
    }


@pytest.mark.parametrize("form", ["person", "lesion", "diagnosis", "notes"])
def test_the_later_of_two_sees_both_texts_and_decides(site, forms, form):
    page, path, data, meanwhile, now = forms[form]
    opened = revision_in(site.client.get(page).text, f'action="{path}"' if form == "notes" else "")
    meanwhile()
    answer = site.client.post(path, data={**data, "revision": opened})
    assert answer.status_code == 409
    assert "theirs &amp; well" in answer.text
    assert "mine" in answer.text
    assert now() == "theirs & well"
    again = site.client.post(path, data={**data, "revision": revision_in(answer.text, f'action="{path}"')})
    assert again.status_code == 303
    assert now() == "mine"


def test_a_program_that_sends_an_old_revision_is_refused(site, ann, mole, save):
    taken = save(1)
    for path in (f"/api/v1/persons/{ann.id}", f"/api/v1/lesions/{mole.id}", f"/api/v1/examinations/{taken}"):
        first = site.client.patch(path, json={"notes": "theirs"})
        assert first.status_code == 200, first.text
        second = site.client.patch(path, json={"notes": "mine", "revision": "0" * 16})
        assert (second.status_code, second.json["code"]) == (409, "changed_meanwhile")
        third = site.client.patch(path, json={"notes": "mine", "revision": first.json["revision"]})
        assert third.status_code == 200
        assert third.json["notes"] == "mine"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\rb"])
def test_a_text_of_one_line_takes_no_line_breaks_and_tabs(site, ann, mole, text):
    for path, field in ((f"/persons/{ann.id}/edit", "name"), (f"/lesions/{mole.id}/edit", "label")):
        answer = site.client.post(path, data={"pseudonym": "P-1", field: text})
        assert answer.status_code == 422
        assert "one line" in answer.text


def test_pseudonyms_that_look_the_same_are_one_person(site):
    made = site.records.persons.add("Jos\u00e9 1")
    for same in ("Jose\u0301 1", "JOS\u00c9 1", "  Jos\u00e9   1 "):
        assert site.client.post("/persons/new", data={"pseudonym": same}).status_code == 409
        assert site.records.persons.known_as(same) == made
