"""Who is due, another day for an examination, and the days as a calendar file."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from http import HTTPStatus

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import MissingError
from device.records import Records
from device.records.values import Line
from device.serialization import NOT_A_DEVICE
from device.web.audit import concerns
from device.web.follow_ups.calendar import MEDIA, Event, write_calendar
from device.web.language import gettext
from device.web.people.bodymap import REGION_TITLES
from device.web.people.fields import read_day
from device.web.people.find import find_line
from device.web.routing import Room
from device.web.services import services

room = Room("follow_ups", __name__)


def due_now(records: Records) -> list[Line]:
    """The lesions that are due today or were before, by the device's clock."""
    return records.follow_ups.due(date.today())


@room.get("/follow-ups", role=Role.VIEWER, audit=Action.LISTED_EXAMINATIONS)
def page() -> str:
    """The lesions to look at again, soonest first."""
    lines = services().records.follow_ups.due()
    concerns(*(line.id for line in lines))
    today = date.today().isoformat()
    return render_template(
        "follow_ups/page.html",
        groups=[
            [line for line in lines if line.due_on <= today],
            [line for line in lines if line.due_on > today],
        ],
    )


@room.post("/examinations/<examination_id>/follow-up", role=Role.EXAMINER, audit=Action.SET_FOLLOW_UP)
def change(examination_id: str) -> Answer:
    """Keep the day of the form; without one it isn't looked at again."""
    records = services().records
    line = find_line(records, examination_id)
    given = "" if "none" in request.form else request.form.get("due_on", "")
    records.follow_ups.set(line.id, read_day("due_on", given) if given else None, g.person.name)
    where = url_for("pages.examination", examination_id=line.id, _anchor="follow-up")
    return redirect(where, HTTPStatus.SEE_OTHER)


@room.get("/follow-ups.ics", role=Role.VIEWER, audit=Action.LISTED_EXAMINATIONS)
def calendar() -> Response:
    """All days as a calendar file."""
    return _calendar(services().records.follow_ups.due(), "dermapoint.ics")


@room.get("/examinations/<examination_id>/follow-up.ics", role=Role.VIEWER, audit=Action.SAW_EXAMINATION)
def calendar_of(examination_id: str) -> Response:
    """The day of one examination as a calendar file."""
    line = find_line(services().records, examination_id)
    if not line.due_day:
        raise MissingError("no_follow_up")
    return _calendar([line], f"dermapoint-{line.id}.ics")


def _calendar(lines: Sequence[Line], name: str) -> Response:
    concerns(*(line.id for line in lines))
    events = [
        # The same whenever it is downloaded, so that a calendar moves its day (RFC 5545, 3.8.4.7).
        Event(f"{line.id}@dermapoint", date.fromisoformat(line.due_on), _title(line), gettext(NOT_A_DEVICE))
        for line in lines
        if line.due_day
    ]
    data = write_calendar(events, datetime.now(UTC))
    return Response(data, mimetype=MEDIA, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _title(line: Line) -> str:
    site = gettext(REGION_TITLES[line.region]) if line.region in REGION_TITLES else ""
    whom = ", ".join(part for part in (line.pseudonym, site) if part)
    title = gettext("Look at the skin again")
    return f"{title}: {whom}" if whom else title
