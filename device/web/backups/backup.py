"""Everything as one file, to carry elsewhere; and what can be brought back after damage."""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.web.audit import concerns
from device.web.backups import schemas
from device.web.routing import Operation, Room
from device.web.services import services
from device.words import say

room = Room("backup", __name__)


@room.get("/settings/backup", role=Role.OWNER, audit=None)
def page() -> str:
    """When a backup was last made, and what can be recovered."""
    records = services().records
    return render_template(
        "backups/backup.html",
        taken_at=records.backups.taken_at,
        count=records.count(),
        trouble=records.trouble,
        without_record=len(records.integrity.strays),
        left=services().picture_recovery.left,
        offer=records.copies.offer(),
    )


@room.get("/settings/backup/dermapoint-backup.tar", role=Role.OWNER, audit=Action.DOWNLOADED_BACKUP)
def download() -> Response:
    """All records as one file."""
    records = services().records
    return Response(
        records.backups.stream(),
        mimetype="application/x-tar",
        headers={"Content-Disposition": f"attachment; filename=dermapoint-{datetime.now(UTC):%Y-%m-%d}.tar"},
    )


@room.post("/settings/backup/recover", role=Role.OWNER, audit=Action.RECOVERED_RECORDS)
def recover() -> Answer:
    """Bring back what can be read after damage."""
    records = services().records
    found = records.recovery.recover()
    concerns(f"{found.came_back} examinations")
    if found.without_record:
        services().picture_recovery.begin()
    return redirect(url_for("backup.page"), HTTPStatus.SEE_OTHER)


@room.get("/api/v1/backups", role=Role.OWNER, audit=None, api=Operation(schemas.Backups))
def backups() -> schemas.Backups:
    """When a backup was last made; GET /settings/backup/dermapoint-backup.tar makes one."""
    records = services().records
    taken_at, offer = records.backups.taken_at, records.copies.offer()
    return {
        "taken_at": taken_at.isoformat() if taken_at else None,
        "daily_copy_at": offer.made_at.isoformat() if offer else None,
        "examinations": records.count(),
        "trouble": say(records.trouble) if records.trouble else "",
    }
