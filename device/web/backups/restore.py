"""A backup file comes back through the page, or from a program."""

from http import HTTPStatus

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import BusyError, ExportError
from device.web.backups import schemas
from device.web.problems import status_of
from device.web.refusal import refuse
from device.web.routing import File, Operation, Room
from device.web.services import services
from device.words import say

room = Room("restore", __name__)


@room.get("/settings/restore", role=Role.OWNER, audit=None)
def page() -> str:
    """Choose a backup file, or see how far its restoration is."""
    restoring = services().restoration
    return render_template("backups/restore.html", step=restoring.step, fault="")


@room.post("/settings/restore", role=Role.OWNER, audit=Action.RESTORED_BACKUP, upload=True)
def begin() -> Answer:
    """Begin to restore the file of a form."""
    restoring = services().restoration
    uploads = services().uploads
    try:
        restoring.begin(uploads.receive()[0])
    except (BusyError, ExportError) as error:
        shown = render_template("backups/restore.html", step=restoring.step, fault=error)
        return Response(shown, status_of(error))
    return redirect(url_for("restore.page"), HTTPStatus.SEE_OTHER)


@room.post("/settings/restore/cancel", role=Role.OWNER, audit=Action.CANCELLED_RESTORE)
def cancel() -> Answer:
    """End the restoration that is under way."""
    services().restoration.cancel()
    return redirect(url_for("restore.page"), HTTPStatus.SEE_OTHER)


@room.get("/api/v1/restorations", role=Role.OWNER, audit=None, api=Operation(schemas.Restoration))
def restoration() -> schemas.Restoration:
    """How far the restoration of a backup is."""
    restoring = services().restoration
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
        "fault": say(step.fault) if step and step.fault else "",
        "examinations": result.examinations if result else None,
        "damaged": [say(each) for each in result.damaged] if result else [],
    }


@room.post(
    "/api/v1/restorations",
    role=Role.OWNER,
    audit=Action.RESTORED_BACKUP,
    upload=True,
    api=Operation(
        schemas.Restoration, HTTPStatus.ACCEPTED, body=File, problems=(HTTPStatus.CONFLICT,), location=True
    ),
)
def restore() -> tuple[schemas.Restoration, int, dict[str, str]]:
    """Begin to restore what a backup file holds; what is here stays."""
    restoring = services().restoration
    uploads = services().uploads
    restoring.begin(uploads.receive()[0])
    return restoration(), HTTPStatus.ACCEPTED, {"Location": url_for("restore.restoration")}


@room.delete(
    "/api/v1/restorations",
    role=Role.OWNER,
    audit=Action.CANCELLED_RESTORE,
    api=Operation(status=HTTPStatus.NO_CONTENT, problems=(HTTPStatus.CONFLICT,)),
)
def stop() -> tuple[str, int]:
    """End the restoration that is under way; what is here is then as it was."""
    if not services().restoration.cancel():
        refuse(HTTPStatus.CONFLICT, "no_restore_under_way")
    return "", HTTPStatus.NO_CONTENT
