"""Everything as one file, to carry elsewhere; and what can be brought back after damage."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.records import Records
from device.web.audit import concerns
from device.web.routing import Room


def blueprint(records: Records) -> Room:
    """`/settings/backup` and `/api/v1/backups`, for owners."""
    backup = Room("backup", __name__)

    @backup.get("/settings/backup", role=Role.OWNER, audit=None)
    def page() -> str:
        return render_template(
            "settings/backup.html",
            taken_at=records.backups.taken_at,
            count=records.count(),
            trouble=records.trouble,
            offer=records.daily_copy.offer(),
        )

    @backup.get("/settings/backup/dermapoint-backup.tar", role=Role.OWNER, audit=Action.DOWNLOADED_BACKUP)
    def download() -> Response:
        return Response(
            records.backups.stream(),
            mimetype="application/x-tar",
            headers={
                "Content-Disposition": f"attachment; filename=dermapoint-{datetime.now(UTC):%Y-%m-%d}.tar"
            },
        )

    @backup.post("/settings/backup/recover", role=Role.OWNER, audit=Action.RECOVERED_RECORDS)
    def recover() -> Answer:
        concerns(f"{records.daily_copy.recover()} examinations")
        return redirect(url_for("backup.page"), HTTPStatus.SEE_OTHER)

    @backup.get("/api/v1/backups", role=Role.OWNER, audit=None)
    def state() -> dict[str, Any]:
        taken_at, offer = records.backups.taken_at, records.daily_copy.offer()
        return {
            "taken_at": taken_at.isoformat() if taken_at else None,
            "daily_copy_at": offer.made_at.isoformat() if offer else None,
            "examinations": records.count(),
            "trouble": records.trouble,
        }

    return backup
