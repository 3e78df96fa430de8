"""A backup file comes back through the page, or from a program."""

from http import HTTPStatus
from typing import Any

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import BusyError, ExportError
from device.records.restoring import Restoring
from device.web.guard import STATUS_OF
from device.web.routing import Room
from device.web.upload import Uploads


def blueprint(restoring: Restoring, uploads: Uploads) -> Room:
    """`/settings/restore` and `/api/v1/restorations`, for owners."""
    restore = Room("restore", __name__)

    @restore.get("/settings/restore", role=Role.OWNER, audit=None)
    def page() -> str:
        return render_template("settings/restore.html", step=restoring.step, fault="")

    @restore.post("/settings/restore", role=Role.OWNER, audit=Action.RESTORED_BACKUP, upload=True)
    def begin() -> Answer:
        try:
            restoring.begin(uploads.receive()[0])
        except (BusyError, ExportError) as error:
            shown = render_template("settings/restore.html", step=restoring.step, fault=str(error))
            return Response(shown, STATUS_OF[type(error)])
        return redirect(url_for("restore.page"), HTTPStatus.SEE_OTHER)

    @restore.get("/api/v1/restorations", role=Role.OWNER, audit=None)
    def state() -> dict[str, Any]:
        step = restoring.step
        result = step.result if step else None
        return {
            "progress": "none"
            if not step
            else "running"
            if step.under_way
            else "failed"
            if step.fault
            else "done",
            "done": step.done if step else 0,
            "total": step.total if step else 0,
            "fault": step.fault if step else "",
            "examinations": result.examinations if result else None,
            "damaged": list(result.damaged) if result else [],
        }

    @restore.post("/api/v1/restorations", role=Role.OWNER, audit=Action.RESTORED_BACKUP, upload=True)
    def begin_for_programs() -> tuple[dict[str, Any], int, dict[str, str]]:
        restoring.begin(uploads.receive()[0])
        return state(), HTTPStatus.ACCEPTED, {"Location": url_for("restore.state")}

    return restore
