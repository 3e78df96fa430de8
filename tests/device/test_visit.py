"""A finding belongs to whom was chosen before the press, and to nobody who was chosen too long ago."""

from dataclasses import replace

import pytest

from device.announcer import Announcer
from device.classifier import load_classifier
from device.examiner import Examiner
from device.records import Records
from device.visit import Visit, Visits
from tests.conftest import BUNDLE
from tests.support import StillCamera, heard


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def announcer():
    return Announcer()


@pytest.fixture
def visits(announcer, clock):
    return Visits(announcer, 60, clock)


@pytest.fixture
def records(tmp_path):
    records = Records(tmp_path)
    yield records
    records.close()


@pytest.fixture
def examiner(records, announcer, visits, frame):
    return Examiner(StillCamera(frame), load_classifier(BUNDLE), records, announcer, visits=visits)


@pytest.fixture
def ann(records):
    return records.persons.add("A-1")


def shown(records, examination):
    """Person and lesion of an examination, as the history has them."""
    line = next(each for each in records.recent(99) if each.id == examination.id)
    return line.person, line.lesion


def test_a_visit_that_nobody_ends_ends_by_itself_and_says_so(visits, announcer, clock):
    with announcer.listen() as events:
        visits.begin(Visit("a", "b"))
        clock.now += 59
        visits.look()
        assert visits.current == Visit("a", "b")
        clock.now += 1
        assert visits.current is None
        assert visits.prolong() is None
        visits.look()
        visits.look()
        assert [event.data for event in heard(events)] == [
            {"person": "a", "lesion": "b"},
            {"person": None, "lesion": None},
        ]


def test_each_press_lets_the_visit_go_on(visits, clock):
    visits.begin(Visit("a"))
    clock.now += 50
    assert visits.prolong() == Visit("a")
    clock.now += 50
    assert visits.current == Visit("a")
    assert visits.seconds_left == 10


def test_a_press_during_a_visit_is_theirs_in_records_and_event(examiner, records, announcer, visits, ann):
    lesion = records.lesions.add(ann.id, region="chest")
    visits.begin(Visit(ann.id, lesion.id))
    with announcer.listen() as events:
        examination = examiner.press()
        event = heard(events)[-1].data
    assert shown(records, examination) == (ann.id, lesion.id)
    assert (event["person"], event["lesion"], event["diagnosis"]) == (ann.id, lesion.id, None)
    assert not records.details(examination.id).line.damaged


def test_a_press_without_a_lesion_is_of_a_new_one_and_none_is_left_when_another_is_chosen(
    examiner, records, visits, ann
):
    known = records.lesions.add(ann.id, label="the large one")
    visits.begin(Visit(ann.id))
    first, second = examiner.press(), examiner.press()
    (_, one), (_, other) = shown(records, first), shown(records, second)
    assert len({one, other, known.id}) == 3
    assert not records.lesions.get(one).damaged
    records.assign(first.id, known.id)
    assert [each.id for each in records.lesions.of_person(ann.id)] == [known.id, other]


def test_a_named_lesion_stays_when_its_last_examination_goes_to_another(examiner, records, visits, ann):
    named, other = (records.lesions.add(ann.id, label=label) for label in ("left", "right"))
    visits.begin(Visit(ann.id, named.id))
    records.assign(examiner.press().id, other.id)
    assert records.lesions.get(named.id) == named


def test_no_press_fails_because_the_lesion_or_the_person_was_deleted_meanwhile(
    examiner, records, visits, ann
):
    lesion = records.lesions.add(ann.id)
    visits.begin(Visit(ann.id, lesion.id))
    records.deletion.lesion(lesion.id)
    person, _ = shown(records, examiner.press())
    assert person == ann.id
    records.deletion.person(ann.id)
    assert shown(records, examiner.press()) == ("", "")


def test_a_retake_shows_the_lesion_it_takes_the_place_of(examiner, records, visits, ann):
    visits.begin(Visit(ann.id))
    first = examiner.press()
    again = examiner.retake()
    assert again.replaces == first.id
    assert shown(records, again) == shown(records, first)


def test_a_retake_never_takes_the_place_of_another_persons_examination(examiner, records, visits, ann):
    visits.begin(Visit(ann.id))
    examiner.press()
    ben = records.persons.add("B-2")
    visits.begin(Visit(ben.id))
    again = examiner.retake()
    assert again.replaces == ""
    assert shown(records, again)[0] == ben.id


def test_after_the_visit_a_press_is_nobodys(examiner, records, visits, clock, ann):
    visits.begin(Visit(ann.id))
    clock.now += 61
    assert shown(records, examiner.press()) == ("", "")


def test_a_line_tells_of_a_suspicion_that_a_bad_picture_hides_and_refer_finds_it(
    examiner, records, frame, monkeypatch
):
    from device.examination import Triage
    from device.message import Message
    from device.records import Query

    def classify(fields, advice=()):
        reasons = (Message("not_sharp"), Message("over_threshold", malignancy=0.9, threshold=0.2))
        return replace(genuine(fields, advice), triage=Triage.RETAKE, reasons=reasons)

    plain = examiner.press()
    genuine = examiner.classifier.classify
    monkeypatch.setattr(examiner.classifier, "classify", classify)
    hidden = examiner.press()
    suspicious = {each.id: each.suspicious for each in records.recent(9)}
    assert suspicious == {hidden.id: True, plain.id: plain.finding.suspicious}
    assert hidden.id in {each.id for each in records.search(Query(triage=Triage.REFER))}
    assert [each.id for each in records.search(Query(triage=Triage.RETAKE))] == [hidden.id]
