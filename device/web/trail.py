"""Writes into the audit log who saw or did what on the page."""

import logging
import sqlite3

from flask import Flask, Response, g, request

from device.access import Access

ACTIONS = {
    "pages.examination": "saw examination",
    "pages.fragment": "saw examination",
    "pages.image": "saw picture",
    "api.examination": "saw examination",
    "api.press": "pressed",
    "pages.press": "pressed",
    "calibration.make": "calibrated optics",
    "calibration.undo": "undid calibration",
    "api.override": "overrode advice",
    "pages.override": "overrode advice",
    "pages.frame": "saw picture",
    "settings.save": "changed settings",
    "settings.change": "changed settings",
    "settings.start_again": "restarted the device",
    "settings.restart_it": "restarted the device",
    "welcome.set_clock": "set the clock",
    "welcome.set_clock_for_programs": "set the clock",
    "accounts.change": "changed who may enter",
    "accounts.add_account": "changed who may enter",
    "accounts.renew_pin": "changed who may enter",
    "accounts.remove_account": "changed who may enter",
    "accounts.add_token": "changed who may enter",
    "accounts.remove_token": "changed who may enter",
    "backup.download": "downloaded backup",
    "backup.recover": "recovered records",
    "restore.begin": "restored backup",
    "restore.begin_for_programs": "restored backup",
    "health.support": "downloaded support file",
    "audit.page": "saw audit log",
    "audit.download": "saw audit log",
    "audit.entries": "saw audit log",
    "history.page": "searched examinations",
    "report.page": "saw report",
    "history.protect": "changed protection",
    "history.delete": "deleted examinations",
    "api.delete": "deleted examinations",
    "persons.index": "listed persons",
    "persons.page": "saw person",
    "persons.edit": "saw person",
    "lesions.page": "saw lesion",
    "lesions.edit": "saw lesion",
    "compare.page": "saw lesion",
    "compare.picture": "saw picture",
    "compare.comparison": "saw lesion",
    "lesions.confirm": "saw lesion",
    "people_api.persons": "listed persons",
    "people_api.person": "saw person",
    "people_api.lesions": "saw person",
    "people_api.lesion": "saw lesion",
    "people_api.add_person": "added person",
    "people_api.change_person": "changed person",
    "people_api.delete_person": "deleted person",
    "people_api.add_lesion": "added lesion",
    "people_api.change_lesion": "changed lesion",
    "people_api.delete_lesion": "deleted lesion",
    "people_api.assignment": "saw examination",
    "people_api.change_examination": "changed examination",
    "persons.create": "added person",
    "persons.change": "changed person",
    "persons.delete": "deleted person",
    "lesions.create": "added lesion",
    "lesions.change": "changed lesion",
    "lesions.diagnose": "confirmed diagnosis",
    "lesions.delete": "deleted lesion",
    "assign.page": "listed persons",
    "assign.save": "assigned examination",
    "assign.note": "changed examination",
    "exports.make": "exported",
    "exports.make_for_programs": "exported",
    "exports.file": "downloaded export",
    "exports.file_for_programs": "downloaded export",
    "exports.bring_in": "imported",
    "exports.bring_in_for_programs": "imported",
    "exports.delete": "deleted export",
    "exports.delete_for_programs": "deleted export",
}
"""What is written down, by the endpoint that did it."""

AT_THE_DOOR = ("login", "login refused", "logout", "new PIN")
"""What the door and the command line write themselves."""

log = logging.getLogger(__name__)


def install(app: Flask, access: Access) -> None:
    """Note every request of `app` that showed or changed something about a person."""

    @app.after_request
    def note(response: Response) -> Response:
        action, person = ACTIONS.get(request.endpoint or ""), g.get("person")
        if action and person and response.status_code < 400:
            what = g.get("about") or _named_in(request.view_args)
            try:
                access.audit.write(person.name, action, what)
            except sqlite3.Error as error:
                # A full disk must not take the page down; the journal keeps the line for a while.
                log.error("audit log: %s; not written: %s %s %s", error, person.name, action, what)
        return response


def _named_in(arguments: dict[str, object] | None) -> str:
    return " ".join(str(value) for value in (arguments or {}).values())
