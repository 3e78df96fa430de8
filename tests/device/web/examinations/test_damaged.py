"""What the page shows of records that are damaged: each in its place, and nothing else is taken down."""

import json

import pytest

from device.records import Query


@pytest.fixture
def names(site):
    return [site.examiner.press().id for _ in range(3)]


def nest(document):
    """As an export of elsewhere may have come in before depth was bounded."""
    return json.dumps({**json.loads(document), "x": 0})[:-2] + "[" * 975 + "]" * 975 + "}"


DAMAGES = {
    "one letter of its JSON is another": lambda document: document.replace('"triage"', '"trjage"', 1),
    "it is no JSON any more": lambda document: document[: len(document) // 2],
    "its metadata are 975-fold nested": nest,
}


@pytest.fixture(params=DAMAGES)
def damaged(request, site, names):
    """The newest of three, whose record was changed without its hash."""
    database = site.records._database
    ((document,),) = database.read("SELECT document FROM document WHERE examination = ?", names[-1])
    changed = DAMAGES[request.param](document)
    assert changed != document
    database.write(
        lambda writer: writer.execute(
            "UPDATE document SET document = ? WHERE examination = ?", (changed, names[-1])
        )
    )
    return names[-1]


def test_a_damaged_record_takes_neither_the_live_page_nor_a_list_down(site, names, damaged):
    for path in ("/", "/history", "/history/newest", "/report", "/health"):
        assert site.client.get(path).status_code == 200, path
    assert f"/examinations/{damaged}" in site.client.get("/").text
    answer = site.client.get("/api/v1/examinations").json
    assert [each["id"] for each in answer["examinations"]] == names[1::-1]
    assert [each["id"] for each in answer["damaged"]] == [damaged]
    alone = site.client.get(f"/api/v1/examinations/{damaged}")
    assert alone.status_code == 409
    assert "dermapoint recover" in alone.json["detail"]


def test_a_damaged_record_can_be_deleted(site, names, damaged):
    assert site.client.delete(f"/api/v1/examinations/{damaged}").status_code == 204
    assert [line.id for line in site.records.search(Query())] == names[1::-1]


def test_a_damaged_record_is_found_by_the_caretaker(site, names, damaged):
    for _ in names:
        site.records.integrity.check_next()
    assert list(site.records.integrity.faults) == [damaged]


def test_a_damaged_person_and_lesion_are_shown_as_such(site, names):
    person = site.records.persons.add("P-1", birth_year=1970)
    lesion = site.records.lesions.add(person.id, region="face")
    site.records.assign(names[0], lesion.id)

    def spoil(writer):
        writer.execute("UPDATE person SET sex = 'femaxe'")
        writer.execute("UPDATE lesion SET region = 'fzce'")

    site.records._database.write(spoil)
    assert site.records.persons.get(person.id).damaged
    assert site.records.lesions.get(lesion.id).damaged
    for path in (f"/persons/{person.id}", f"/lesions/{lesion.id}", "/persons", f"/examinations/{names[0]}"):
        assert site.client.get(path).status_code == 200, path
    site.records.integrity.check_persons_and_lesions()
    assert set(site.records.integrity.faults) == {person.id, lesion.id}
