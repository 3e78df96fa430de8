"""What a request names, or 404; what isn't the form of an id never reaches the records."""

import re
from http import HTTPStatus

from flask import request

from device.documents import EXAMINATION_ID
from device.errors import MissingError, SearchError
from device.records import Query, Records
from device.records.query_text import read_number
from device.records.values import Lesion, Line, Person
from device.web.refusal import refuse

_KEY = re.compile(r"[0-9a-f]{16}")


def find_person(records: Records, person_id: str) -> Person:
    """The person with this id. Raises MissingError."""
    person = records.persons.get(person_id) if _KEY.fullmatch(person_id) else None
    if person is None:
        raise MissingError("no_such_person")
    return person


def find_lesion(records: Records, lesion_id: str) -> Lesion:
    """The lesion with this id. Raises MissingError."""
    lesion = records.lesions.get(lesion_id) if _KEY.fullmatch(lesion_id) else None
    if lesion is None:
        raise MissingError("no_such_lesion")
    return lesion


def find_line(records: Records, examination_id: str) -> Line:
    """The examination with this id, as a line. Raises MissingError."""
    lines = records.search(Query(id=examination_id), 1) if EXAMINATION_ID.fullmatch(examination_id) else []
    if not lines:
        raise MissingError("no_such_examination")
    return lines[0]


def before() -> int | None:
    """From which number on the request pages, newest first; None: from the newest."""
    try:
        return read_number(request.args.get("before"))
    except SearchError:
        refuse(HTTPStatus.BAD_REQUEST, "address_leads_nowhere")
