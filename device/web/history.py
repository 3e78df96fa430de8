"""All past examinations: search, page on, and protect or delete some."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.examination import CLASSES, Triage
from device.records import Records
from device.records.sites import GENERAL_SITES
from device.web.entry import needs
from device.web.pages import NEWEST, is_id
from device.web.searching import SEARCH_FIELDS, read_number, read_query

PAGE = 24


def blueprint(records: Records) -> Blueprint:
    """`/history`, and what is done with those that are picked there."""
    history = Blueprint("history", __name__)

    @history.get("/history")
    def page() -> Response:
        query, faults = read_query(request.args)
        try:
            before = read_number(request.args.get("before"))
        except ValueError:
            abort(HTTPStatus.BAD_REQUEST, "this address leads nowhere; begin with the newest")
        # One more than are shown tells whether there are older ones.
        lines = [] if faults else records.search(query, PAGE + 1, before)
        sought: dict[str, Any] = {
            name: text for name in SEARCH_FIELDS if (text := request.args.get(name, "").strip())
        }
        shown = render_template(
            "history/page.html",
            lines=lines[:PAGE],
            faults=faults,
            sought=sought,
            older=url_for("history.page", **sought, before=lines[PAGE - 1].number) if lines[PAGE:] else "",
            newest=url_for("history.page", **sought) if before else "",
            none_at_all=not lines and not sought and not before,
            all_triages=list(Triage),
            all_classes=CLASSES,
            all_sites=GENERAL_SITES,
        )
        return Response(shown, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK)

    @history.get("/history/newest")
    def newest() -> str:
        return render_template("history/newest.html", history=records.recent(NEWEST))

    @history.post("/history/protect")
    def protect() -> Answer:
        picked = _picked()
        g.about = " ".join(picked)
        for examination_id in picked:
            records.protect(examination_id, request.form.get("protected") == "yes")
        return _back()

    @history.post("/history/delete")
    @needs(Role.OWNER)
    def ask_to_delete() -> Answer:
        picked = [examination_id for examination_id in _picked() if records.get(examination_id)]
        if not picked:
            return _back()
        return Response(render_template("history/delete.html", picked=picked, sought=_where_from()))

    @history.post("/history/delete/sure")
    @needs(Role.OWNER)
    def delete() -> Answer:
        picked = _picked()
        records.deletion.examinations(picked)
        g.about = " ".join(picked)
        return _back()

    return history


def _picked() -> list[str]:
    picked = request.form.getlist("id")
    if not all(map(is_id, picked)):
        abort(HTTPStatus.BAD_REQUEST, "one of these is no examination; go back and pick again")
    return picked


def _where_from() -> dict[str, Any]:
    return {name: text for name in (*SEARCH_FIELDS, "before") if (text := request.form.get(name, ""))}


def _back() -> Answer:
    return redirect(url_for("history.page", **_where_from()), HTTPStatus.SEE_OTHER)
