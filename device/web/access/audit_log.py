"""Who saw, changed, exported or deleted what."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, astuple, fields
from http import HTTPStatus
from typing import cast

from flask import Response, render_template, request

from device.access import Role
from device.access.actions import Action
from device.access.audit import Entry
from device.errors import SearchError
from device.records.query_text import read_number
from device.web.access import schemas
from device.web.refusal import refuse_for
from device.web.routing import Operation, Room
from device.web.services import services

PAGE = 100


room = Room("audit", __name__)


def _look() -> list[Entry]:
    access = services().access
    try:
        before = read_number(request.args.get("before"))
    except SearchError as error:
        refuse_for(HTTPStatus.BAD_REQUEST, error)
    return access.audit.newest(PAGE + 1, before)


@room.get("/settings/log", role=Role.OWNER, audit=Action.SAW_AUDIT_LOG)
def page() -> str:
    """The newest entries, and whether the chain is whole."""
    access = services().access
    entries = _look()
    return render_template(
        "access/audit_log.html",
        entries=entries[:PAGE],
        older=entries[PAGE - 1].number if entries[PAGE:] else None,
        # All of the chain is looked at; once is enough.
        broken_at=None if "before" in request.args else access.audit.broken_at(),
    )


@room.get("/settings/log.csv", role=Role.OWNER, audit=Action.SAW_AUDIT_LOG)
def download() -> Response:
    """All entries as CSV."""
    access = services().access
    return Response(
        _to_csv(access.audit.all()),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=dermapoint-log.csv"},
    )


@room.get(
    "/api/v1/audit",
    role=Role.OWNER,
    audit=Action.SAW_AUDIT_LOG,
    api=Operation(schemas.AuditLog, query=schemas.AuditQuery),
)
def audit() -> schemas.AuditLog:
    """Who saw, changed, exported or deleted what; newest first."""
    access = services().access
    return {
        "entries": [cast(schemas.AuditEntry, asdict(each)) for each in _look()[:PAGE]],
        "broken_at": access.audit.broken_at(),
    }


def _to_csv(entries: Iterable[Entry]) -> Iterable[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(field.name for field in fields(Entry))
    for entry in entries:
        # A spreadsheet takes what begins with = + - @ for a formula (OWASP, CSV injection).
        writer.writerow(f"'{word}" if str(word)[:1] in tuple("=+-@") else word for word in astuple(entry))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()
