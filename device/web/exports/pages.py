"""What leaves the device and comes in from another: `/exports`, and the same for programs."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Response, g, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import BusyError, DermapointError, ExportError
from device.export import FORMATS, Order
from device.export.formats import find_format
from device.export.jobs import MOST_NAMED, Job, Progress
from device.export.permission import check_consent
from device.message import Message
from device.records import Query
from device.records.query_text import LONGEST_TEXT, read_query, sought
from device.serialization import NOT_A_DEVICE
from device.web.audit import concerns
from device.web.body import read_body
from device.web.classes import open_classes
from device.web.exports import report_words, schemas
from device.web.language import language
from device.web.problems import status_of
from device.web.refusal import refuse
from device.web.routing import File, Operation, Room
from device.web.services import services

MOST_COUNTED = 1000
"""Above this the page says that there are more."""

LETTER = "pdf"
_FEW, _WHOLE = 3, "zip"
"""So few examinations are mostly for a letter; more are mostly to be kept."""

WHOM = {"examination": "id", "person": "person", "lesion": "lesion"}
"""Fields beside those of a search: names on the page, and of a Query."""


room = Room("exports", __name__)


@room.get("/exports", role=Role.OWNER, audit=Action.LISTED_EXPORTS)
def page() -> Response:
    """Choose what to export, and see the exports and imports of the last hours."""
    return _show(request.args)


def _show(given: Mapping[str, str], problem: DermapointError | None = None) -> Response:
    records = services().records
    jobs = services().jobs
    query, faults = read_search(given)
    found = [] if faults else records.search(query, MOST_COUNTED + 1)
    shown = render_template(
        "exports/page.html",
        sought=_sought(given),
        faults=faults,
        problem=problem,
        count=len(found),
        more=len(found) > MOST_COUNTED,
        most_counted=MOST_COUNTED,
        formats=FORMATS,
        suggested=LETTER if len(found) <= _FEW else _WHOLE,
        jobs=jobs.all(),
        running=any(job.progress is Progress.RUNNING for job in jobs.all()),
        download="exports.file",
        remove="exports.delete",
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return Response(shown, status_of(problem) if problem else status)


@room.get("/exports/list", role=Role.OWNER, audit=Action.LISTED_EXPORTS)
def listed() -> str:
    """The exports and imports of the page, as they stand now."""
    jobs = services().jobs
    return render_template(
        "exports/list.html", jobs=jobs.all(), download="exports.file", remove="exports.delete"
    )


@room.post("/exports", role=Role.OWNER, audit=Action.EXPORTED)
def make() -> Answer:
    """Begin the export of the form."""
    form = request.form
    try:
        begin(_order(form, form.get("format", ""), form.get("named") == "yes"))
    except (BusyError, ExportError) as error:
        return _show(form, error)
    return redirect(url_for("exports.page", **_sought(request.form), _anchor="last"), HTTPStatus.SEE_OTHER)


@room.get("/exports/<job_id>/file", role=Role.OWNER, audit=Action.DOWNLOADED_EXPORT)
@room.get(
    "/api/v1/exports/<job_id>/file",
    endpoint="export_file",
    role=Role.OWNER,
    audit=Action.DOWNLOADED_EXPORT,
    api=Operation(
        media=tuple(sorted({each.media for each in FORMATS.values()})),
        problems=(
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        ),
    ),
)
def file(job_id: str) -> Response:
    """The file of an export that is done."""
    return send_job(_job(job_id))


def send_job(job: Job) -> Response:
    """The file of a job, or why there is none."""
    if job.kind != "export" or job.progress is not Progress.DONE:
        refuse(HTTPStatus.CONFLICT, "export_has_no_file")
    if not job.path.is_file():
        refuse(HTTPStatus.NOT_FOUND, "export_file_gone")
    concerns(job.name)
    media = FORMATS[job.title].media
    return send_file(
        job.path.absolute(), mimetype=media, download_name=job.name, as_attachment=True, max_age=0
    )


@room.post("/exports/<job_id>/delete", role=Role.OWNER, audit=Action.DELETED_EXPORT)
def delete(job_id: str) -> Answer:
    """Cancel it, or delete it with its file."""
    jobs = services().jobs
    jobs.remove(_job(job_id).id)
    return redirect(url_for("exports.page"), HTTPStatus.SEE_OTHER)


@room.post("/exports/import", role=Role.OWNER, audit=Action.IMPORTED, upload=True)
def import_form() -> Answer:
    """Begin to import the file of the form."""
    uploads = services().uploads
    jobs = services().jobs
    try:
        path, fields = uploads.receive()
        concerns(jobs.import_file(path, fields.get("again") == "yes", g.person.name).id)
    except (BusyError, ExportError) as error:
        return _show({}, error)
    return redirect(url_for("exports.page", _anchor="last"), HTTPStatus.SEE_OTHER)


@room.get("/api/v1/exports", role=Role.OWNER, audit=Action.LISTED_EXPORTS, api=Operation(schemas.JobList))
def exports() -> schemas.JobList:
    """Exports and imports of the last hours, newest first."""
    jobs = services().jobs
    return {"exports": [describe_job(job) for job in jobs.all()]}


@room.post(
    "/api/v1/exports",
    role=Role.OWNER,
    audit=Action.EXPORTED,
    api=Operation(
        schemas.Job,
        HTTPStatus.ACCEPTED,
        body=schemas.ExportOrder,
        problems=(HTTPStatus.CONFLICT,),
        location=True,
    ),
)
def make_export() -> tuple[schemas.Job, int, dict[str, str]]:
    """Begin an export.

    One at a time. What is left out doesn't matter to the search; without any, everything is exported.
    Unless `named` is true, names and notes are left out.
    """
    given: Mapping[str, Any] = read_body(schemas.ExportOrder)
    return _accepted(begin(_order(given, given.get("format", ""), given.get("named", False))))


@room.get(
    "/api/v1/exports/<job_id>", role=Role.OWNER, audit=Action.LISTED_EXPORTS, api=Operation(schemas.Job)
)
def read_export(job_id: str) -> schemas.Job:
    """How an export or import stands."""
    return describe_job(_job(job_id))


@room.delete(
    "/api/v1/exports/<job_id>",
    role=Role.OWNER,
    audit=Action.DELETED_EXPORT,
    api=Operation(status=HTTPStatus.NO_CONTENT),
)
def delete_export(job_id: str) -> tuple[str, int]:
    """Cancel it, or delete it with its file."""
    jobs = services().jobs
    jobs.remove(_job(job_id).id)
    return "", HTTPStatus.NO_CONTENT


@room.post(
    "/api/v1/imports",
    role=Role.OWNER,
    audit=Action.IMPORTED,
    upload=True,
    api=Operation(
        schemas.Job,
        HTTPStatus.ACCEPTED,
        body=File,
        query=schemas.ImportQuery,
        problems=(HTTPStatus.CONFLICT,),
        location=True,
    ),
)
def import_file() -> tuple[schemas.Job, int, dict[str, str]]:
    """Begin to import a ZIP export of another device.

    What is here already isn't taken twice, and nothing here is changed. It stands as a job among the
    exports.
    """
    uploads = services().uploads
    jobs = services().jobs
    path, fields = uploads.receive()
    job = jobs.import_file(path, fields.get("again") == "yes", g.person.name)
    concerns(job.id)
    return _accepted(job)


def _job(job_id: str) -> Job:
    jobs = services().jobs
    job = jobs.get(job_id)
    if job is None:
        refuse(HTTPStatus.NOT_FOUND, "no_such_export")
    return job


def begin(order: Order) -> Job:
    """Begin it, in the language of whoever asks. Raises BusyError and ExportError."""
    records = services().records
    jobs = services().jobs
    words = report_words.of(order.query, records) if find_format(order.format).worded else {}
    if services().preferences.settings.consent_for_names:
        check_consent(records, order)
    whom = records.whom(order.query, MOST_NAMED + 1).values()
    job = jobs.export(replace(order, words=words, language=language()), g.person.name, whom)
    names = "with names" if order.named else "without names"
    concerns(f"{job.id} as {order.format} {names}: {_describe(order.query)}")
    return job


def read_search(given: Mapping[str, str]) -> tuple[Query, dict[str, Message]]:
    """The query of an address or a form, and by field what is wrong with it."""
    query, faults = read_query(given, open_classes())
    whom = {field: given.get(name, "").strip() for name, field in WHOM.items()}
    for name, field in WHOM.items():
        if len(whom[field]) > LONGEST_TEXT or "\0" in whom[field]:
            faults[name] = Message("no_id")
    return replace(query, id=whom["id"], person=whom["person"], lesion=whom["lesion"]), faults


def _order(given: Mapping[str, Any], wanted: str, named: bool) -> Order:
    find_format(wanted)
    query, faults = read_search(given)
    if faults:
        name, fault = next(iter(faults.items()))
        raise ExportError("field_fault", name=name, fault=fault)
    return Order(wanted, query, named)


def _sought(given: Mapping[str, str]) -> dict[str, Any]:
    whom = {name: text for name in WHOM if (text := given.get(name, "").strip())}
    return whom | sought(given)


def _describe(query: Query) -> str:
    # What `named` holds follows from the text.
    fields = {name: value for name, value in vars(query).items() if value not in (None, "", query.named)}
    return ", ".join(f"{name} {value}" for name, value in fields.items()) or "everything"


def _accepted(job: Job) -> tuple[schemas.Job, int, dict[str, str]]:
    return describe_job(job), HTTPStatus.ACCEPTED, {"Location": url_for("exports.read_export", job_id=job.id)}


def describe_job(job: Job, file: str = "exports.export_file") -> schemas.Job:
    """Plain values; `file` is the endpoint where its file can be had."""
    ready = job.kind == "export" and job.progress is Progress.DONE
    return {
        "id": job.id,
        "kind": job.kind,
        "format": job.title if job.kind == "export" else "zip",
        "who": job.who,
        "whom": [each or "…" for each in job.whom],
        "named": job.named,
        "started_at": job.started_at.isoformat(),
        "progress": job.progress.value,
        "done": job.done,
        "total": job.total,
        "result": job.result or None,
        "fault": job.fault,
        "file": url_for(file, job_id=job.id) if ready else None,
        "notice": NOT_A_DEVICE,
    }
