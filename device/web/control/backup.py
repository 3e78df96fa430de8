"""Everything as one file, to carry elsewhere; and what can be brought back after damage."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.records import Records
from device.web.entry import needs


def blueprint(records: Records) -> Blueprint:
    """`/settings/backup` and `/api/v1/backups`, for owners."""
    backup = Blueprint("backup", __name__)

    @backup.get("/settings/backup")
    @needs(Role.OWNER)
    def page() -> str:
        return render_template(
            "settings/backup.html",
            taken_at=records.backups.taken_at,
            count=records.count(),
            trouble=records.trouble,
            offer=records.daily_copy.offer(),
        )

    @backup.get("/settings/backup/dermapoint-backup.tar")
    @needs(Role.OWNER)
    def download() -> Response:
        return Response(
            records.backups.stream(),
            mimetype="application/x-tar",
            headers={
                "Content-Disposition": f"attachment; filename=dermapoint-{datetime.now(UTC):%Y-%m-%d}.tar"
            },
        )

    @backup.post("/settings/backup/recover")
    @needs(Role.OWNER)
    def recover() -> Answer:
        g.about = f"{records.daily_copy.recover()} examinations"
        return redirect(url_for("backup.page"), HTTPStatus.SEE_OTHER)

    @backup.get("/api/v1/backups")
    @needs(Role.OWNER)
    def state() -> dict[str, Any]:
        taken_at, offer = records.backups.taken_at, records.daily_copy.offer()
        return {
            "taken_at": taken_at.isoformat() if taken_at else None,
            "daily_copy_at": offer.made_at.isoformat() if offer else None,
            "examinations": records.count(),
            "trouble": records.trouble,
        }

    return backup
