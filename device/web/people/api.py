"""Persons, lesions and what is said of an examination, for programs: JSON under /api/v1."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import request, url_for

from device.access import Role
from device.access.actions import Action
from device.errors import ValueRefusedError
from device.records import Query, Records
from device.records.values import Diagnosis, Lesion, Line, revision_of
from device.serialization import NOT_A_DEVICE
from device.web.audit import concerns
from device.web.body import read_body
from device.web.people import schemas
from device.web.people.fields import (
    DIAGNOSIS_FIELDS,
    describe_lesion,
    describe_person,
    lesion_fields,
    person_fields,
    read_diagnosis,
)
from device.web.people.find import find_lesion, find_line, find_person
from device.web.people.persons import LONGEST_SEARCH
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

MOST_PERSONS = 100
MOST_EXAMINATIONS = 100


room = Room("people_api", __name__, prefix="/api/v1")


@room.get(
    "/persons",
    role=Role.VIEWER,
    audit=Action.LISTED_PERSONS,
    api=Operation(schemas.Persons, query=schemas.PersonSearch),
)
def list_persons() -> schemas.Persons:
    """Persons by pseudonym."""
    records = services().records
    limit = request.args.get("limit", "24")
    if limit not in map(str, range(1, MOST_PERSONS + 1)):
        refuse(HTTPStatus.BAD_REQUEST, "limit_refused", most=MOST_PERSONS)
    text, after = request.args.get("q", "")[:LONGEST_SEARCH], request.args.get("after", "")
    found = records.persons.search(text, int(limit), after)
    concerns(*(person.id for person in found))
    return {"persons": [describe_person(each) for each in found]}


@room.post(
    "/persons",
    role=Role.EXAMINER,
    audit=Action.ADDED_PERSON,
    api=Operation(
        schemas.Person,
        HTTPStatus.CREATED,
        body=schemas.NewPerson,
        problems=(HTTPStatus.CONFLICT,),
        location=True,
    ),
)
def add_person() -> tuple[schemas.Person, HTTPStatus, dict[str, str]]:
    """Add a person."""
    records = services().records
    fields = person_fields(read_body(schemas.NewPerson))
    made = records.persons.add(**fields)
    concerns(made.id)
    return describe_person(made), HTTPStatus.CREATED, {"Location": url_for(".read_person", person_id=made.id)}


@room.get("/persons/<person_id>", role=Role.VIEWER, audit=Action.SAW_PERSON, api=Operation(schemas.Person))
def read_person(person_id: str) -> schemas.Person:
    """One person."""
    records = services().records
    return describe_person(find_person(records, person_id))


@room.patch(
    "/persons/<person_id>",
    role=Role.EXAMINER,
    audit=Action.CHANGED_PERSON,
    api=Operation(schemas.Person, body=schemas.PersonChange, problems=(HTTPStatus.CONFLICT,)),
)
def change_person(person_id: str) -> schemas.Person:
    """Change the fields that are sent."""
    records = services().records
    known = find_person(records, person_id)
    given = read_body(schemas.PersonChange)
    return describe_person(
        records.persons.change(known.id, given.get("revision", ""), **person_fields(given))
    )


@room.delete(
    "/persons/<person_id>",
    role=Role.OWNER,
    audit=Action.DELETED_PERSON,
    api=Operation(status=HTTPStatus.NO_CONTENT),
)
def delete_person(person_id: str) -> tuple[str, HTTPStatus]:
    """Delete a person with their lesions and examinations, for good."""
    records = services().records
    records.deletion.person(find_person(records, person_id).id)
    return "", HTTPStatus.NO_CONTENT


@room.get(
    "/persons/<person_id>/lesions", role=Role.VIEWER, audit=Action.SAW_PERSON, api=Operation(schemas.Lesions)
)
def list_lesions(person_id: str) -> schemas.Lesions:
    """A person's lesions, in the order they were made."""
    records = services().records
    found = records.lesions.of_person(find_person(records, person_id).id)
    concerns(*(lesion.id for lesion in found))
    return {"lesions": [describe_lesion(each) for each in found]}


@room.post(
    "/persons/<person_id>/lesions",
    role=Role.EXAMINER,
    audit=Action.ADDED_LESION,
    api=Operation(schemas.Lesion, HTTPStatus.CREATED, body=schemas.LesionChange, location=True),
)
def add_lesion(person_id: str) -> tuple[schemas.Lesion, HTTPStatus, dict[str, str]]:
    """Add a lesion."""
    records = services().records
    known = find_person(records, person_id)
    made = records.lesions.add(known.id, **_lesion_changes())
    concerns(made.id)
    return describe_lesion(made), HTTPStatus.CREATED, {"Location": url_for(".read_lesion", lesion_id=made.id)}


@room.get(
    "/lesions/<lesion_id>", role=Role.VIEWER, audit=Action.SAW_LESION, api=Operation(schemas.LesionOverTime)
)
def read_lesion(lesion_id: str) -> schemas.LesionOverTime:
    """One lesion over time."""
    records = services().records
    return _with_timeline(records, find_lesion(records, lesion_id))


@room.patch(
    "/lesions/<lesion_id>",
    role=Role.EXAMINER,
    audit=Action.CHANGED_LESION,
    api=Operation(schemas.Lesion, body=schemas.LesionChange, problems=(HTTPStatus.CONFLICT,)),
)
def change_lesion(lesion_id: str) -> schemas.Lesion:
    """Change the fields that are sent, the confirmed diagnosis among them."""
    records = services().records
    known = find_lesion(records, lesion_id)
    revision = read_body(schemas.LesionChange).get("revision", "")
    return describe_lesion(records.lesions.change(known.id, revision, **_lesion_changes(known)))


@room.delete(
    "/lesions/<lesion_id>",
    role=Role.OWNER,
    audit=Action.DELETED_LESION,
    api=Operation(status=HTTPStatus.NO_CONTENT),
)
def delete_lesion(lesion_id: str) -> tuple[str, HTTPStatus]:
    """Delete a lesion with its examinations, for good."""
    records = services().records
    records.deletion.lesion(find_lesion(records, lesion_id).id)
    return "", HTTPStatus.NO_CONTENT


@room.get(
    "/examinations/<examination_id>/assignment",
    role=Role.VIEWER,
    audit=Action.SAW_EXAMINATION,
    api=Operation(schemas.Assignment),
)
def read_assignment(examination_id: str) -> schemas.Assignment:
    """Whom an examination shows, its notes, and whether it is protected."""
    records = services().records
    return _describe_line(find_line(records, examination_id))


@room.patch(
    "/examinations/<examination_id>",
    role=Role.EXAMINER,
    audit=Action.CHANGED_EXAMINATION,
    api=Operation(schemas.Assignment, body=schemas.ExaminationChange, problems=(HTTPStatus.CONFLICT,)),
)
def change_examination(examination_id: str) -> schemas.Assignment:
    """Say which lesion an examination shows, write notes, protect it."""
    records = services().records
    line = find_line(records, examination_id)
    given = read_body(schemas.ExaminationChange)
    changes: dict[str, object] = {name: given[name] for name in ("notes", "protected") if name in given}
    if "lesion" in given:
        wanted = given["lesion"]
        changes["lesion"] = find_lesion(records, wanted).id if wanted is not None else None
    if changes:
        records.change(line.id, given.get("revision", ""), **changes)
    return _describe_line(find_line(records, line.id))


def _describe_line(line: Line) -> schemas.Assignment:
    concerns(*filter(None, (line.person, line.lesion)))
    return {
        "id": line.id,
        "lesion": line.lesion or None,
        "person": line.person or None,
        "notes": line.notes,
        "protected": line.protected,
        "revision": revision_of(line),
    }


def _lesion_changes(known: Lesion | None = None) -> dict[str, Any]:
    given = read_body(schemas.LesionChange)
    changes = lesion_fields(given)
    if "diagnosis" in given:
        changes["diagnosis"] = _diagnosis(given["diagnosis"], known.diagnosis if known else None)
    return changes


def _diagnosis(given: Mapping[str, Any] | None, now: Diagnosis | None) -> Diagnosis | None:
    if given is None:
        return None
    if not given.keys() <= set(DIAGNOSIS_FIELDS):
        raise ValueRefusedError("diagnosis", "diagnosis_fields", fields=list(DIAGNOSIS_FIELDS))
    found = read_diagnosis(given, now)
    if found is None:
        raise ValueRefusedError("diagnosis", "diagnosis_needs_label")
    return found


def _with_timeline(records: Records, lesion: Lesion) -> schemas.LesionOverTime:
    person = find_person(records, lesion.person)
    lines = records.search(Query(lesion=lesion.id), MOST_EXAMINATIONS)
    concerns(lesion.person, *(line.id for line in lines))
    examinations: list[schemas.TimelineEntry] = [
        {
            "id": line.id,
            "taken_at": line.taken_at.isoformat(),
            "age": person.age_on(line.taken_at.date()),
            "triage": line.triage.value,
            "likeliest": line.likeliest or None,
            "malignancy": line.malignancy,
            "suspicious": line.suspicious,
        }
        for line in lines
    ]
    return {**describe_lesion(lesion), "examinations": examinations, "notice": NOT_A_DEVICE}
