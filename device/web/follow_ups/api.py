"""Who is due, for programs: JSON under /api/v1."""

from http import HTTPStatus

from flask import g, request

from device.access import Role
from device.access.actions import Action
from device.errors import ValueRefusedError
from device.records.follow_ups import FollowUp
from device.records.values import Line
from device.serialization import NOT_A_DEVICE
from device.web.audit import concerns
from device.web.body import read_body
from device.web.follow_ups import schemas
from device.web.people.fields import read_day
from device.web.people.find import find_line
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

room = Room("follow_ups_api", __name__, prefix="/api/v1")


@room.get(
    "/follow-ups",
    role=Role.VIEWER,
    audit=Action.LISTED_EXAMINATIONS,
    api=Operation(schemas.DueList, query=schemas.DueQuery),
)
def list_due() -> schemas.DueList:
    """The lesions to look at again, soonest first."""
    text = request.args.get("until", "")
    try:
        until = read_day("until", text) if text else None
    except ValueRefusedError:
        refuse(HTTPStatus.BAD_REQUEST, "date_refused")
    lines = services().records.follow_ups.due(until)
    concerns(*(each for line in lines for each in (line.id, line.lesion, line.person) if each))
    return {"due": [_describe_due(line) for line in lines], "notice": NOT_A_DEVICE}


@room.get(
    "/examinations/<examination_id>/follow-up",
    role=Role.VIEWER,
    audit=Action.SAW_EXAMINATION,
    api=Operation(schemas.FollowUp),
)
def read_follow_up(examination_id: str) -> schemas.FollowUp:
    """When to look at the lesion of this examination again."""
    records = services().records
    line = find_line(records, examination_id)
    return _describe(line, records.follow_ups.of(line.id))


@room.put(
    "/examinations/<examination_id>/follow-up",
    role=Role.EXAMINER,
    audit=Action.SET_FOLLOW_UP,
    api=Operation(schemas.FollowUp, body=schemas.FollowUpChange),
)
def set_follow_up(examination_id: str) -> schemas.FollowUp:
    """Say another day."""
    records = services().records
    line = find_line(records, examination_id)
    given = read_body(schemas.FollowUpChange)["due_on"]
    records.follow_ups.set(line.id, read_day("due_on", given) if given else None, g.person.name)
    return _describe(line, records.follow_ups.of(line.id))


def _describe(line: Line, follow_up: FollowUp | None) -> schemas.FollowUp:
    day = follow_up.due_on if follow_up else None
    return {
        "examination": line.id,
        "due_on": day.isoformat() if day else None,
        "set_by": follow_up.set_by if follow_up else "",
    }


def _describe_due(line: Line) -> schemas.Due:
    return {
        "examination": line.id,
        "due_on": line.due_on,
        "taken_at": line.taken_at.isoformat(),
        "triage": line.triage.value,
        "lesion": line.lesion or None,
        "person": line.person or None,
        "pseudonym": line.pseudonym,
    }
