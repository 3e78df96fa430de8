"""What a request names, or 404; what isn't the form of an id never reaches the records."""

import re
from http import HTTPStatus

from flask import abort, request

from device.errors import MissingError
from device.records import Query, Records
from device.records.query_text import read_number
from device.records.values import Lesion, Line, Person
from device.web.examinations.find import is_id

_KEY = re.compile(r"[0-9a-f]{16}")


def find_person(records: Records, person_id: str) -> Person:
    """The person with this id. Raises MissingError."""
    person = records.persons.get(person_id) if _KEY.fullmatch(person_id) else None
    if person is None:
        raise MissingError("there is no such person")
    return person


def find_lesion(records: Records, lesion_id: str) -> Lesion:
    """The lesion with this id. Raises MissingError."""
    lesion = records.lesions.get(lesion_id) if _KEY.fullmatch(lesion_id) else None
    if lesion is None:
        raise MissingError("there is no such lesion")
    return lesion


def find_line(records: Records, examination_id: str) -> Line:
    """The examination with this id, as a line. Raises MissingError."""
    lines = records.search(Query(id=examination_id), 1) if is_id(examination_id) else []
    if not lines:
        raise MissingError("there is no such examination")
    return lines[0]


def before() -> int | None:
    """From which number on the request pages, newest first; None: from the newest."""
    try:
        return read_number(request.args.get("before"))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST, "this address leads nowhere; begin with the newest")
