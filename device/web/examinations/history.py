"""All past examinations: search, page on, and protect or delete some."""

from http import HTTPStatus
from typing import Any

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import SearchError
from device.examination import Triage
from device.records import Query
from device.records.query_text import SEARCH_FIELDS, read_number, read_query, sought
from device.records.sites import GENERAL_SITES
from device.web import flash
from device.web.audit import concerns
from device.web.classes import open_classes
from device.web.examinations.find import is_id
from device.web.examinations.pages import NEWEST
from device.web.refusal import refuse
from device.web.routing import Room
from device.web.services import services

PAGE = 24


room = Room("history", __name__)


@room.get("/history", role=Role.VIEWER, audit=Action.LISTED_EXAMINATIONS)
def page() -> Response:
    """Past examinations that are looked for, newest first."""
    records = services().records
    query, faults = read_query(request.args, open_classes())
    try:
        before = read_number(request.args.get("before"))
    except SearchError:
        refuse(HTTPStatus.BAD_REQUEST, "address_leads_nowhere")
    # One more than are shown tells whether there are older ones.
    lines = [] if faults else records.search(query, PAGE + 1, before)
    concerns(*(line.id for line in lines[:PAGE]))
    said: dict[str, Any] = dict(sought(request.args))
    shown = render_template(
        "examinations/history.html",
        lines=lines[:PAGE],
        faults=faults,
        sought=said,
        before=before or "",
        older=url_for("history.page", **said, before=lines[PAGE - 1].number) if lines[PAGE:] else "",
        newest=url_for("history.page", **said) if before else "",
        none_at_all=not lines and not said and not before,
        all_triages=list(Triage),
        all_classes=dict.fromkeys((*open_classes().output_codes, *records.leading_codes())),
        all_sites=GENERAL_SITES,
    )
    return Response(shown, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK)


@room.get("/history/newest", role=Role.VIEWER, audit=Action.LISTED_EXAMINATIONS)
def newest() -> str:
    """The newest, as they stand beside the live view."""
    records = services().records
    newest = records.recent(NEWEST)
    concerns(*(each.id for each in newest))
    return render_template("examinations/newest.html", history=newest)


@room.post("/history/protect", role=Role.EXAMINER, audit=Action.CHANGED_PROTECTION)
def protect() -> Answer:
    """Keep the picked ones from being deleted for age or space, or no longer."""
    records = services().records
    picked = _picked()
    concerns(*picked)
    for examination_id in picked:
        records.protect(examination_id, request.form.get("protected") == "yes")
    return _back(flash.SAVED if picked else flash.NOTHING_PICKED)


@room.post("/history/delete", role=Role.OWNER, audit=Action.LISTED_EXAMINATIONS)
def ask_to_delete() -> Answer:
    """Ask whether the picked ones are to be deleted."""
    records = services().records
    picked = [examination_id for examination_id in _picked() if records.count(Query(id=examination_id))]
    if not picked:
        return _back(flash.NOTHING_PICKED)
    concerns(*picked)
    return Response(render_template("examinations/delete.html", picked=picked, sought=_where_from()))


@room.post("/history/delete/sure", role=Role.OWNER, audit=Action.DELETED_EXAMINATIONS)
def delete() -> Answer:
    """Delete the picked ones for good."""
    records = services().records
    picked = _picked()
    records.deletion.examinations(picked)
    concerns(*picked)
    return _back(flash.REMOVED if picked else flash.NOTHING_PICKED)


def _picked() -> list[str]:
    picked = request.form.getlist("id")
    if not all(map(is_id, picked)):
        refuse(HTTPStatus.BAD_REQUEST, "not_all_examinations")
    return picked


def _where_from() -> dict[str, Any]:
    return {name: text for name in (*SEARCH_FIELDS, "before") if (text := request.form.get(name, ""))}


def _back(code: str) -> Answer:
    return flash.see(url_for("history.page", **_where_from()), code)
