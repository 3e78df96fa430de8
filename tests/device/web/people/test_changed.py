"""Two who change the same at once: the later sees both texts, and erases nothing unasked."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import escape
from threading import Barrier

import pytest

from device.records import Query
from device.records.database import Database
from device.records.values import Confirmation, Diagnosis


def revision_in(page, form=""):
    return re.search(rf'{form}.*?name="revision" value="([0-9a-f]+)"', page, re.DOTALL)[1]


def setting(site, name):
    known = site.client.get("/api/v1/settings").json["settings"]
    return next(str(each["value"]) for each in known if each["name"] == name)


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
        "settings": (
            "/settings",
            "/settings",
            {"aim_seconds": "100"},
            lambda: site.client.patch("/api/v1/settings", json={"aim_seconds": 200}),
            lambda: setting(site, "aim_seconds"),
        ),
    }


@pytest.mark.parametrize("form", ["person", "lesion", "diagnosis", "notes", "settings"])
def test_the_later_of_two_sees_both_texts_and_decides(site, forms, form):
    page, path, data, meanwhile, now = forms[form]
    opened = revision_in(site.client.get(page).text, f'action="{path}"' if form == "notes" else "")
    meanwhile()
    answer = site.client.post(path, data={**data, "revision": opened})
    assert answer.status_code == 409
    theirs, mine = ("200", "100") if form == "settings" else ("theirs & well", "mine")
    assert escape(theirs) in answer.text
    assert mine in answer.text
    assert now() == theirs
    again = site.client.post(path, data={**data, "revision": revision_in(answer.text, f'action="{path}"')})
    assert again.status_code == 303
    assert now() == mine


@pytest.mark.parametrize("form", ["person", "lesion", "diagnosis", "notes", "settings"])
def test_of_two_who_save_at_once_one_is_asked_and_nothing_is_erased(site, forms, form):
    page, path, data, _, now = forms[form]
    opened = revision_in(site.client.get(page).text, f'action="{path}"' if form == "notes" else "")
    field, together = list(data)[-1], Barrier(2)
    texts = ("300", "400") if form == "settings" else ("one", "other")

    def save(text):
        client = site.client_with("local secret")
        together.wait()
        return client.post(path, data=data | {field: text, "revision": opened}).status_code

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(save, texts))
    assert sorted(answers) == [303, 409]
    assert now() == texts[answers.index(303)]


@pytest.mark.parametrize("form", ["person", "lesion", "diagnosis", "notes"])
def test_a_save_between_the_reading_and_the_writing_of_another_is_not_erased(site, forms, form, monkeypatch):
    page, path, data, meanwhile, now = forms[form]
    opened = revision_in(site.client.get(page).text, f'action="{path}"' if form == "notes" else "")
    write = Database.write

    def late(database, work, again=False):
        monkeypatch.setattr(Database, "write", write)
        meanwhile()
        return write(database, work, again)

    monkeypatch.setattr(Database, "write", late)
    assert site.client.post(path, data=data | {"revision": opened}).status_code == 409
    assert now() == "theirs & well"


def test_who_protects_an_examination_isnt_overruled_by_an_old_page_of_notes(site, save):
    taken = save(1)
    path = f"/examinations/{taken}/notes"
    opened = revision_in(site.client.get(f"/examinations/{taken}").text, f'action="{path}"')
    site.records.protect(taken)
    answer = site.client.post(path, data={"notes": "", "revision": opened})
    assert answer.status_code == 409
    assert "Never delete it" in answer.text
    assert site.records.search(Query(id=taken))[0].protected


def test_a_program_that_is_refused_has_changed_nothing(site, mole, save):
    taken = save(1)
    path = f"/api/v1/examinations/{taken}"
    for wrong in ({"notes": "x" * 5000}, {"revision": "0" * 16}, {"lesion": "nobodys"}):
        answer = site.client.patch(path, json={"notes": "mine", "lesion": mole.id, "protected": True} | wrong)
        assert answer.status_code in (404, 409, 422)
        line = site.records.search(Query(id=taken))[0]
        assert (line.notes, line.lesion, line.protected) == ("", "", False)


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
