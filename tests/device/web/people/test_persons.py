"""The pages of persons."""

import re
from dataclasses import replace
from datetime import date

import pytest

from device.records.values import Sex
from tests.device.web.people.support import last_actions


def test_nobody_yet_and_nobody_found_are_said_in_words(site, ann):
    assert "P-1" in site.client.get("/persons").text
    assert "Nobody is known by this" in site.client.get("/persons?q=zzz").text
    site.records.deletion.person(ann.id)
    assert "Nobody yet" in site.client.get("/persons").text


def test_the_list_is_searched_and_turned_page_by_page(site):
    for number in range(30):
        site.records.persons.add(f"P-{number:02}", notes="even" if number % 2 == 0 else "odd")
    first = site.client.get("/persons").text
    assert "P-23" in first
    assert "P-24" not in first
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = site.client.get(following).text
    assert "P-24" in second
    assert 'rel="next"' not in second
    assert "P-01" not in site.client.get("/persons?q=even").text


def test_a_person_is_added_with_what_was_typed(site):
    form = {
        "pseudonym": " 17 ",
        "name": "Bo",
        "birth_year": "1950",
        "sex": "male",
        "skin_type": "4",
        "notes": "a\r\nb",
    }
    answer = site.client.post("/persons/new", data=form)
    assert answer.status_code == 303
    made = site.records.persons.known_as("17")
    assert answer.headers["Location"] == f"/persons/{made.id}"
    assert (made.name, made.birth_year, made.sex, made.skin_type, made.notes) == (
        "Bo",
        1950,
        "male",
        4,
        "a\nb",
    )
    assert last_actions(site) == [("added person", made.id)]


@pytest.mark.parametrize(
    ("form", "status", "field", "words"),
    [
        ({"pseudonym": "P-1"}, 409, "pseudonym", "Another person has this pseudonym already."),
        ({"name": "Kept"}, 422, "pseudonym", "A person needs a pseudonym or a number."),
        ({"pseudonym": "x", "birth_year": "50"}, 422, "birth_year", "who lives was born before"),
        ({"pseudonym": "x", "birth_year": "1850"}, 422, "birth_year", "who lives was born before"),
        ({"pseudonym": "x", "birth_year": "2199"}, 422, "birth_year", "lies in the future"),
        ({"pseudonym": "x", "birth_year": "9" * 5000}, 422, "birth_year", "Write a number here"),
        ({"pseudonym": "x", "name": "n" * 121}, 422, "name", "make it shorter"),
        ({"pseudonym": "x\0"}, 422, "pseudonym", "write it again"),
    ],
)
def test_a_person_that_is_refused_keeps_what_was_typed(site, ann, form, status, field, words):
    answer = site.client.post("/persons/new", data={"notes": "typed", **form})
    assert answer.status_code == status
    fault = re.search(r'<p class="fault" id="(\w+)-fault" role="alert">([^<]*)</p>', answer.text)
    assert fault[1] == field
    assert words in fault[2]
    assert f'aria-describedby="{field}-fault"' in answer.text
    assert "typed</textarea>" in answer.text
    assert [each.pseudonym for each in site.records.persons.search()] == ["P-1"]


def test_the_page_of_a_person_shows_who_it_is_lesions_and_examinations(site, ann, mole, save):
    taken = save(1)
    site.records.assign(taken, mole.id)
    nape = site.records.lesions.add(ann.id, region="nape")
    page = site.client.get(f"/persons/{ann.id}").text
    age = date.today().year - 1950
    for words in (
        "Ann",
        "1950",
        f"({age} this year)",
        "Female",
        "burns easily",
        "the large one",
        "Nape of the neck",
    ):
        assert words in page
    assert "Lesion 1: Left knee and shin" in page
    assert "Lesion 2: Nape of the neck" in page
    assert "Jan 2, 2026 03:04 UTC" in page
    assert last_actions(site) == [("saw person", f"{ann.id} {mole.id} {nape.id} {taken}")]


def test_a_person_is_changed(site, ann):
    assert 'value="Ann"' in site.client.get(f"/persons/{ann.id}/edit").text
    answer = site.client.post(
        f"/persons/{ann.id}/edit", data={"pseudonym": "P-2", "birth_year": "", "sex": "", "skin_type": ""}
    )
    assert answer.status_code == 303
    changed = site.records.persons.get(ann.id)
    assert changed == replace(ann, pseudonym="P-2", birth_year=None, sex=Sex.UNSAID, skin_type=None)
    assert last_actions(site) == [("changed person", ann.id)]
    assert site.client.post(f"/persons/{ann.id}/edit", data={"skin_type": "7"}).status_code == 422


def test_deletion_asks_first_and_names_what_goes(site, ann, mole, save):
    ids = [save(1), save(2)]
    for each in ids:
        site.records.assign(each, mole.id)
    page = site.client.get(f"/persons/{ann.id}/delete").text
    for words in ("P-1", "the large one", "2 examinations with all their pictures"):
        assert words in page
    assert site.records.persons.get(ann.id)
    answer = site.client.post(f"/persons/{ann.id}/delete")
    assert answer.headers["Location"] == "/persons"
    assert site.records.persons.get(ann.id) is None
    assert site.records.count() == 0
    assert not site.records.image_path(ids[0]).exists()
    assert last_actions(site) == [("deleted person", ann.id)]
