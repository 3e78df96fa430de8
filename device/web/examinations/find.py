"""The examination that a request names, or 404."""

from http import HTTPStatus

from device.documents import EXAMINATION_ID
from device.examination import Examination
from device.records import Records
from device.web.refusal import refuse


def is_id(text: str) -> bool:
    """True for what has the form of an examination's id."""
    return EXAMINATION_ID.fullmatch(text) is not None


def find_examination(records: Records, examination_id: str) -> Examination:
    """The examination, or 404; an id of another form never reaches the disk."""
    examination = records.get(examination_id) if is_id(examination_id) else None
    if examination is None:
        refuse(HTTPStatus.NOT_FOUND, "no_such_examination")
    return examination
