"""Make a letter of one patient, and fetch it: `/letters`, and the same for programs.

Examiners see their own letters alone; every other export is the owner's.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import BusyError, DermapointError, ExportError
from device.export import Order
from device.export.formats import MOST_PAGES
from device.export.jobs import Job, Progress
from device.records import Query
from device.records.consents import Scope
from device.web.audit import concerns
from device.web.body import read_body
from device.web.exports import schemas as export_schemas
from device.web.exports.pages import LETTER, WHOM, begin, describe_job, read_search, send_job
from device.web.letters import schemas
from device.web.problems import status_of
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

room = Room("letters", __name__)


@room.get("/letters", role=Role.EXAMINER, audit=Action.LISTED_EXAMINATIONS)
def page() -> Response:
    """Make a letter, and see one's letters of the last hours."""
    return _show(request.args)


def _show(given: Mapping[str, str], problem: DermapointError | None = None) -> Response:
    records, sought = services().records, _sought(given)
    order = None
    if sought and not problem:
        try:
            order = _order(given, named=False)
        except ExportError as error:
            problem = error
    whom = records.whom(order.query, 2) if order else {}
    person = next(iter(whom.items()), None)
    lines = records.search(order.query, 200) if order else []
    concerns(*whom, *(line.id for line in lines))
    mine = _mine()
    shown = render_template(
        "letters/page.html",
        sought=sought,
        problem=problem,
        lines=lines,
        person_id=person[0] if person else "",
        pseudonym=person[1] if person else "",
        agreed=bool(person and records.consents.allow(person[0], Scope.REFERRAL)),
        needs_consent=services().preferences.settings.consent_for_names,
        jobs=mine,
        running=any(job.progress is Progress.RUNNING for job in mine),
        download="letters.file",
        remove="letters.delete",
    )
    return Response(shown, status_of(problem) if problem else HTTPStatus.OK)


@room.get("/letters/list", role=Role.EXAMINER, audit=Action.LISTED_EXPORTS)
def listed() -> str:
    """One's letters, as they stand now."""
    return render_template(
        "exports/list.html", jobs=_mine(), download="letters.file", remove="letters.delete"
    )


@room.post("/letters", role=Role.EXAMINER, audit=Action.MADE_LETTER)
def make() -> Answer:
    """Begin the letter of the form."""
    try:
        begin(_order(request.form, request.form.get("named") == "yes"))
    except (BusyError, ExportError) as error:
        return _show(request.form, error)
    return redirect(url_for("letters.page", **_sought(request.form)), HTTPStatus.SEE_OTHER)


@room.get("/letters/<job_id>/file", role=Role.EXAMINER, audit=Action.DOWNLOADED_EXPORT)
@room.get(
    "/api/v1/letters/<job_id>/file",
    endpoint="letter_file",
    role=Role.EXAMINER,
    audit=Action.DOWNLOADED_EXPORT,
    api=Operation(
        media=("application/pdf",),
        problems=(HTTPStatus.CONFLICT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
    ),
)
def file(job_id: str) -> Response:
    """The file of a letter that is done."""
    return send_job(_letter(job_id))


@room.post("/letters/<job_id>/delete", role=Role.EXAMINER, audit=Action.DELETED_EXPORT)
def delete(job_id: str) -> Answer:
    """Cancel it, or delete it with its file."""
    services().jobs.remove(_letter(job_id).id)
    return redirect(url_for("letters.page"), HTTPStatus.SEE_OTHER)


@room.post(
    "/api/v1/letters",
    role=Role.EXAMINER,
    audit=Action.MADE_LETTER,
    api=Operation(
        export_schemas.Job,
        HTTPStatus.ACCEPTED,
        body=schemas.LetterOrder,
        problems=(HTTPStatus.CONFLICT,),
        location=True,
    ),
)
def make_letter() -> tuple[export_schemas.Job, int, dict[str, str]]:
    """Begin the letter of one examination, lesion or person, as a PDF.

    Unless `named` is true, names and notes are left out.
    """
    given: Mapping[str, Any] = read_body(schemas.LetterOrder)
    job = begin(_order(given, given.get("named", False)))
    where = url_for("letters.read_letter", job_id=job.id)
    return _describe(job), HTTPStatus.ACCEPTED, {"Location": where}


@room.get(
    "/api/v1/letters/<job_id>",
    role=Role.EXAMINER,
    audit=Action.LISTED_EXPORTS,
    api=Operation(export_schemas.Job),
)
def read_letter(job_id: str) -> export_schemas.Job:
    """How a letter stands."""
    return _describe(_letter(job_id))


def _order(given: Mapping[str, Any], named: bool) -> Order:
    query, faults = read_search(_sought(given))
    if faults or len(_sought(given)) != 1:
        raise ExportError("letter_of_whom")
    records = services().records
    if not records.count(query):
        raise ExportError("nothing_to_export")
    if any(records.opinions.is_withheld(line.id) for line in records.search(query, MOST_PAGES)):
        raise ExportError("opinion_before_letter")
    return Order(LETTER, Query(id=query.id, lesion=query.lesion, person=query.person), named)


def _sought(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text for name in WHOM if (text := str(given.get(name, "")).strip())}


def _mine() -> list[Job]:
    """One's own letters, and for owners all."""
    jobs = services().jobs.all()
    return [
        job for job in jobs if job.title == LETTER and (g.person.may(Role.OWNER) or job.who == g.person.name)
    ]


def _letter(job_id: str) -> Job:
    for job in _mine():
        if job.id == job_id:
            return job
    refuse(HTTPStatus.NOT_FOUND, "no_such_letter")


def _describe(job: Job) -> export_schemas.Job:
    return describe_job(job, "letters.letter_file")
