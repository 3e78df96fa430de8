"""Examinations for programs: JSON under /api/v1."""

from http import HTTPStatus
from typing import cast

from flask import request

from device.access import Role
from device.access.actions import Action
from device.errors import DamagedError
from device.examination import Examination
from device.records import Query
from device.records.description import describe_examination
from device.records.query_text import read_query
from device.web.audit import concerns
from device.web.classes import open_classes
from device.web.examinations import schemas
from device.web.examinations.find import find_examination, is_id
from device.web.people.find import find_line
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

MOST_EXAMINATIONS = 100


room = Room("api", __name__, prefix="/api/v1")


@room.post(
    "/press",
    role=Role.EXAMINER,
    audit=Action.PRESSED,
    api=Operation(
        schemas.Examination,
        HTTPStatus.CREATED,
        problems=(
            HTTPStatus.CONFLICT,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    ),
)
def press() -> tuple[schemas.Examination, int]:
    """Take and judge a burst; answers when the examination is saved."""
    examiner = services().examiner
    examination = examiner.press()
    concerns(examination.id)
    return _describe(examination), HTTPStatus.CREATED


@room.post(
    "/examinations/<examination_id>/override",
    role=Role.EXAMINER,
    audit=Action.OVERRODE_ADVICE,
    api=Operation(schemas.Examination, problems=(HTTPStatus.CONFLICT,)),
)
def override(examination_id: str) -> schemas.Examination:
    """Show the finding in spite of the advice to take it again; this is recorded."""
    examiner = services().examiner
    examination = examiner.override(examination_id) if is_id(examination_id) else None
    if examination is None:
        refuse(HTTPStatus.NOT_FOUND, "no_such_examination")
    return _describe(examination)


@room.get(
    "/examinations",
    role=Role.VIEWER,
    audit=Action.LISTED_EXAMINATIONS,
    api=Operation(schemas.Examinations, query=schemas.Search, problems=(HTTPStatus.NOT_FOUND,)),
)
def list_examinations() -> schemas.Examinations:
    """Examinations, newest first, or those that are looked for."""
    records = services().records
    limit, before = request.args.get("limit", "24"), request.args.get("before")
    if limit not in map(str, range(1, MOST_EXAMINATIONS + 1)):
        refuse(HTTPStatus.BAD_REQUEST, "limit_refused", most=MOST_EXAMINATIONS)
    if before is not None and not is_id(before):
        refuse(HTTPStatus.BAD_REQUEST, "before_no_id")
    query, faults = read_query(request.args, open_classes())
    for name, fault in faults.items():
        refuse(HTTPStatus.BAD_REQUEST, "field_fault", name=name, fault=fault)
    lines = records.search(Query(id=before), 1) if before else []
    if before and not lines:
        refuse(HTTPStatus.NOT_FOUND, "before_unknown")
    older_than = lines[0].number if lines else None
    shown: list[schemas.Examination] = []
    damaged: list[schemas.DamagedExamination] = []
    for line in records.search(query, int(limit), older_than):
        try:
            # One may have been deleted since it was found.
            if examination := records.get(line.id):
                shown.append(_describe(examination))
        except DamagedError as error:
            damaged.append({"id": line.id, "taken_at": line.taken_at.isoformat(), "detail": str(error)})
    concerns(*(each["id"] for each in (*shown, *damaged)))
    return {"examinations": shown, "damaged": damaged}


@room.delete(
    "/examinations/<examination_id>",
    role=Role.OWNER,
    audit=Action.DELETED_EXAMINATIONS,
    api=Operation(status=HTTPStatus.NO_CONTENT),
)
def delete_examination(examination_id: str) -> tuple[str, int]:
    """Delete an examination and its pictures for good."""
    records = services().records
    records.deletion.examinations([find_line(records, examination_id).id])
    return "", HTTPStatus.NO_CONTENT


@room.get(
    "/examinations/<examination_id>",
    role=Role.VIEWER,
    audit=Action.SAW_EXAMINATION,
    api=Operation(schemas.Examination),
)
def read_examination(examination_id: str) -> schemas.Examination:
    """One examination."""
    records = services().records
    return _describe(find_examination(records, examination_id))


def _describe(examination: Examination) -> schemas.Examination:
    lesion = services().records.lesions.of_examination(examination.id)
    concerns(*((lesion.person, lesion.id) if lesion else ()))
    return cast(schemas.Examination, describe_examination(examination, lesion))
