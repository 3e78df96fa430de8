"""Persons, lesions, and what is said of examinations."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from device.errors import RecordsError, TakenError, ValueRefusedError
from device.examination import Triage
from device.records import Query
from device.records.sites import GENERAL_SITES, REGIONS, SPECIAL_SITES
from device.records.values import ISIC_CONFIRMATIONS, Confirmation, Diagnosis, Person, Sex


def test_a_person_comes_back_as_they_were(records):
    fields = {"name": "Ann", "birth_year": 1970, "sex": Sex.FEMALE, "skin_type": 2, "notes": "fair"}
    person = records.persons.add(" P-1 ", **fields)
    assert records.persons.get(person.id) == records.persons.known_as("P-1") == person
    assert person == Person(person.id, "P-1", **fields)
    changed = records.persons.change(person.id, name="", skin_type=None)
    assert records.persons.get(person.id) == changed == replace(person, name="", skin_type=None)
    assert (person.age_on(date(2026, 5, 1)), person.age_on(date(1950, 1, 1))) == (56, None)
    assert records.persons.get("nobody") is records.persons.known_as("nobody") is None


def test_persons_are_found_by_what_is_known_of_them(records):
    for pseudonym, name in (("B-2", "Zoë Ångström"), ("A-1", "Bob"), ("C_3", "")):
        records.persons.add(pseudonym, name=name)

    def found(*query, **more):
        return [each.pseudonym for each in records.persons.search(*query, **more)]

    assert found() == ["A-1", "B-2", "C_3"]
    assert found("angstrom") == found("ZOE") == ["B-2"]
    assert found("_") == ["C_3"]
    assert found("%") == []
    assert found(count=1, after="A-1") == ["B-2"]


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"pseudonym": "  "}, "pseudonym or a number"),
        ({"pseudonym": "P-1"}, "another person has this pseudonym"),
        ({"pseudonym": "x", "birth_year": 70}, "year of birth"),
        ({"pseudonym": "x", "skin_type": 7}, "1 to 6"),
    ],
)
def test_a_person_without_meaning_is_refused(records, about, words):
    records.persons.add("P-1")
    with pytest.raises(RecordsError, match=words):
        records.persons.add(**about)
    assert len(records.persons.search()) == 1


def test_a_lesion_belongs_to_a_person_and_is_confirmed_later(records):
    person = records.persons.add("P-1")
    lesion = records.lesions.add(person.id, label="the large one", region="left-shin", notes="grows")
    assert records.lesions.of_person(person.id) == [lesion]
    assert (lesion.site.general, lesion.diagnosis) == ("lower extremity", None)
    known = Diagnosis("mel", Confirmation.HISTOPATHOLOGY, date(2026, 3, 4), "superficial spreading")
    assert records.lesions.change(lesion.id, diagnosis=known) == records.lesions.get(lesion.id)
    assert records.lesions.get(lesion.id) == replace(lesion, diagnosis=known)
    records.lesions.change(lesion.id, diagnosis=None)
    assert records.lesions.get(lesion.id) == lesion


def test_a_lesion_without_meaning_is_refused(records):
    person = records.persons.add("P-1")
    with pytest.raises(RecordsError, match="no such person"):
        records.lesions.add("nobody")
    with pytest.raises(RecordsError, match="the body map has no region"):
        records.lesions.add(person.id, region="tail")
    with pytest.raises(RecordsError, match="a diagnosis is the code of a class"):
        Diagnosis("the flu", Confirmation.CONSENSUS)
    for things in (records.persons, records.lesions):
        with pytest.raises(RecordsError, match="there is no such"):
            things.change("nothing", notes="x")


def test_an_examination_is_assigned_after_the_press(records, save):
    name = save(1)
    details = records.details(name)
    assert (details.lesion, details.person, details.faults) == (None, None, {})
    person = records.persons.add("P-1")
    lesion = records.lesions.add(person.id, region="face")
    assert records.assign(name, lesion.id)
    assert records.note(name, "itches")
    assert records.protect(name)
    details = records.details(name)
    assert (details.lesion, details.person, details.examination.id) == (lesion, person, name)
    line = details.line
    assert (line.notes, line.protected, line.pseudonym, line.region) == ("itches", True, "P-1", "face")
    assert records.assign(name, None)
    assert records.details(name).person is None
    with pytest.raises(RecordsError, match="no such lesion"):
        records.assign(name, "nothing")
    assert not records.assign("nothing", lesion.id)
    assert not records.note("nothing", "x")
    assert records.details("nothing") is None


def test_the_devices_accuracy_can_be_told_from_what_was_confirmed(records, save):
    person = records.persons.add("P-1")
    known = Diagnosis("nv", Confirmation.FOLLOW_UP)
    lesion = records.lesions.add(person.id, diagnosis=known)
    names = [save(number) for number in (1, 2, 3)]
    for name in names[1:]:
        records.assign(name, lesion.id)
    outcomes = records.outcomes()
    assert [(each.lesion, each.diagnosis, each.confirmed_by) for each in outcomes] == [
        (lesion.id, "nv", Confirmation.FOLLOW_UP)
    ] * 2
    first = records.get(names[1])
    assert outcomes[0].triage is first.finding.triage
    assert outcomes[0].malignancy == pytest.approx(first.finding.malignancy)
    assert outcomes[0].model == first.finding.model
    assert len(records.outcomes(since=first.taken_at)) == 2
    assert records.outcomes(until=first.taken_at) == []
    assert records.outcomes(since=first.taken_at + timedelta(seconds=1)) == []


def test_newest_is_what_was_saved_last_whatever_the_clock_said(records, save):
    later, earlier = save(5), save(2)
    assert [each.id for each in records.recent(9)] == [earlier, later]


def test_paging_goes_on_when_the_last_one_shown_was_deleted(records, save):
    names = [save(number) for number in (1, 2, 3, 4)]
    last_shown = records.search(Query(id=names[2]))[0].number
    records.deletion.examinations([names[2]])
    assert [each.id for each in records.search(Query(), before=last_shown)] == [names[1], names[0]]


def test_an_id_is_not_taken_twice(records, save, state):
    name = save(1)
    before = {path: path.read_bytes() for path in (state / "images").iterdir()}
    with pytest.raises(RecordsError, match="saved before"):
        save(1)
    assert {path: path.read_bytes() for path in (state / "images").iterdir()} == before
    assert records.integrity.check(name) == {}


@pytest.fixture
def clinic(records, save, finding):
    """Four examinations under short names: what a search is tried on."""
    ann, bob = records.persons.add("A-1", name="Ann Müller"), records.persons.add("B-2", notes="diabetic")
    known = Diagnosis("mel", Confirmation.HISTOPATHOLOGY, in_words="lentigo maligna")
    face = records.lesions.add(ann.id, region="face", diagnosis=known)
    shin = records.lesions.add(bob.id, region="left-shin", label="spot")
    nevus = replace(finding, probabilities={**finding.probabilities, "nv": 0.9}, triage=Triage.WATCH)
    names = {
        "first": save(1, taken_at=datetime(2026, 1, 1, 12, tzinfo=UTC)),
        "second": save(2, taken_at=datetime(2026, 1, 2, 12, tzinfo=UTC), finding=nevus),
        "third": save(
            3, taken_at=datetime(2026, 1, 3, 12, tzinfo=UTC), finding=replace(finding, foreign=True)
        ),
        "fourth": save(4, taken_at=datetime(2026, 1, 4, 12, tzinfo=UTC)),
    }
    records.assign(names["first"], face.id)
    records.assign(names["second"], shin.id)
    records.assign(names["fourth"], face.id)
    records.note(names["third"], "Très flou")
    return {"names": names, "ann": ann.id, "shin": shin.id}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "fourth third second first"),
        ({"text": "muller"}, "fourth first"),
        ({"text": "TRES"}, "third"),
        ({"text": "diabetic"}, "second"),
        ({"text": "spot"}, "second"),
        ({"text": "lentigo"}, "fourth first"),
        ({"text": "%"}, ""),
        ({"triage": Triage.WATCH}, "second"),
        ({"likeliest": "mel"}, "fourth first"),
        ({"likeliest": ""}, "third"),
        ({"site": "head/neck"}, "fourth first"),
        ({"site": "nowhere"}, ""),
        ({"confirmed": True}, "fourth first"),
        ({"confirmed": False}, "third second"),
        ({"assigned": False}, "third"),
        ({"assigned": True, "triage": Triage.REFER}, "fourth first"),
        (
            {"since": datetime(2026, 1, 2, tzinfo=UTC), "until": datetime(2026, 1, 3, 12, tzinfo=UTC)},
            "second",
        ),
        ({"person": "ann"}, "fourth first"),
        ({"lesion": "shin"}, "second"),
        ({"text": "muller", "until": datetime(2026, 1, 2, tzinfo=UTC)}, "first"),
    ],
    ids=str,
)
def test_examinations_are_found(records, clinic, query, found):
    query = {
        key: clinic.get(value, value) if key in ("person", "lesion") else value
        for key, value in query.items()
    }
    lines = records.search(Query(**query))
    assert [line.id for line in lines] == [clinic["names"][name] for name in found.split()]
    assert records.count(Query(**query)) == len(lines)
    # Page by page it is the same.
    paged, before = [], None
    while page := records.search(Query(**query), 1, before):
        paged += page
        before = page[-1].number
    assert paged == lines


def test_the_body_map_knows_every_isic_site():
    regions = REGIONS.values()
    assert {region.general for region in regions} == set(GENERAL_SITES)
    assert {region.special for region in regions} - {""} == set(SPECIAL_SITES) - {"nail NOS"}
    assert {region.view for region in regions} == {"front", "back"}
    for region in regions:
        left, top, width, height = region.box
        assert 0 <= left < left + width <= 1
        assert 0 <= top < top + height <= 1.0001
    for view in ("front", "back"):
        own = [region for region in regions if region.view == view]
        for number, one in enumerate(own):
            assert not any(overlap(one.box, other.box) for other in own[:number]), one.key


def overlap(one, other):
    return all(
        min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis]) > 0.001
        for axis in (0, 1)
    )


def test_the_right_of_the_person_is_on_the_left_of_the_front_view():
    assert REGIONS["right-shin"].box[0] < REGIONS["left-shin"].box[0]
    assert REGIONS["right-calf"].box[0] > REGIONS["left-calf"].box[0]


def test_every_confirmation_has_its_isic_word():
    assert set(ISIC_CONFIRMATIONS) == set(Confirmation)


@pytest.mark.parametrize("text", ["\0", "a\x1b", "\ud800", "x" * 5000])
def test_text_that_cannot_be_written_is_refused_and_nothing_changes(records, save, text):
    person = records.persons.add("P-1", notes="line\nline\t")
    lesion = records.lesions.add(person.id)
    taken = save(1)
    for change in (
        lambda: records.persons.change(person.id, notes=text),
        lambda: records.lesions.change(lesion.id, label=text),
        lambda: records.note(taken, text),
    ):
        with pytest.raises(ValueRefusedError, match="this text"):
            change()
    assert records.persons.get(person.id) == person
    assert records.lesions.get(lesion.id) == lesion


def test_what_is_refused_names_its_field(records):
    person = records.persons.add("P-1")
    for field, change in (
        ("birth_year", {"birth_year": 70}),
        ("skin_type", {"skin_type": 7}),
        ("pseudonym", {"pseudonym": " "}),
    ):
        with pytest.raises(ValueRefusedError) as refused:
            records.persons.change(person.id, **change)
        assert refused.value.field == field
    with pytest.raises(TakenError) as refused:
        records.persons.add("P-1")
    assert refused.value.field == "pseudonym"
