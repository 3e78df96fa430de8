"""Every setting with its meaning: seen, checked and saved; and a new start to put them in force."""

import re
import time
from http import HTTPStatus
from typing import Any

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import ChangedError, DermapointError, SettingsError
from device.records.retention import NEWEST_DAYS, Preview, Rules
from device.service.restart import Restart
from device.settings import Settings
from device.web import flash
from device.web.audit import concerns
from device.web.body import read_body
from device.web.changed import REVISION, show_changed
from device.web.device import schemas
from device.web.device.setting_words import CHOICES, explain, groups, title
from device.web.refusal import refuse, refuse_for
from device.web.routing import Operation, Room
from device.web.services import services

_RETENTION = ("keep_days", "keep_free_mib", "make_room")
_SURE = "sure"
"""The field of the form that says that it was shown what will be deleted."""
_PLAIN = (str, int, float, bool, list)


room = Room("settings", __name__)


def _show(given: dict[str, str], fault: DermapointError | None = None) -> str:
    preferences = services().preferences
    restart = services().restart
    return render_template(
        "device/settings.html",
        entries=preferences.entries(),
        groups=list(groups(preferences.entries())),
        title=title,
        explain=explain,
        choice_words=CHOICES,
        given=given,
        fault=fault,
        # Which field: the message names it.
        faulty=next(iter(re.findall(r"setting '(\w+)'", str(fault or ""))), ""),
        waiting=preferences.waiting,
        trouble=preferences.trouble,
        can_restart=restart.possible,
        as_text=as_text,
        # Of a form that was refused: it was filled in then.
        revision=given.get(REVISION, preferences.revision),
    )


def _preview(wanted: Settings) -> Preview:
    """What the device would delete of what is here, with these settings in force."""
    records = services().records
    rules = Rules(wanted.keep_days, wanted.keep_free_mib, wanted.make_room)
    return records.retention.preview(rules, int(time.time()), records.card.free_bytes)


@room.get("/settings", role=Role.OWNER, audit=None)
def page() -> str:
    """Every setting with its meaning."""
    return _show({})


@room.post("/settings", role=Role.OWNER, audit=Action.CHANGED_SETTINGS)
def save() -> Answer:
    """Check and save what was changed in the form."""
    preferences = services().preferences
    given = {name: text.strip() for name, text in request.form.items()}
    before = {entry.name: as_text(entry.value) for entry in preferences.entries()}
    # Only what was changed, so that what is fixed may stand in the form too.
    changed = {name: text for name, text in given.items() if text != before.get(name)}
    sure, revision = changed.pop(_SURE, ""), changed.pop(REVISION, "")
    try:
        wanted = preferences.check(changed)
        if not sure and not changed.keys().isdisjoint(_RETENTION) and (found := _preview(wanted)):
            shown = render_template(
                "device/retention.html",
                found=found,
                wanted=wanted,
                changed=changed,
                revision=revision,
                newest=NEWEST_DAYS,
            )
            return Response(shown)
        saved = preferences.change(changed, revision)
    except ChangedError:
        titles = {name: title(name) for name in before}
        back = url_for("settings.page")
        return Response(*show_changed(before, preferences.revision, back, titles, CHOICES))
    except SettingsError as error:
        return Response(_show(given, error), HTTPStatus.UNPROCESSABLE_ENTITY)
    concerns(*saved)
    return flash.see(url_for("settings.page"), flash.SAVED if saved else flash.NOTHING_CHANGED)


@room.post("/settings/restart", role=Role.OWNER, audit=Action.RESTARTED)
def start_again() -> str:
    """Restart the program from the page."""
    restart = services().restart
    _restart(restart)
    return render_template("device/restart.html")


@room.get("/api/v1/settings", role=Role.OWNER, audit=None, api=Operation(schemas.AllSettings))
def settings() -> schemas.AllSettings:
    """Every setting with its meaning and where its value comes from."""
    preferences = services().preferences
    return {
        "settings": [
            {
                "name": each.name,
                "meaning": each.meaning,
                "value": as_plain(each.value),
                "default": as_plain(each.default),
                "origin": each.origin,
                "fixed": each.fixed,
            }
            for each in preferences.entries()
        ],
        "waiting": preferences.waiting,
    }


@room.patch(
    "/api/v1/settings",
    role=Role.OWNER,
    audit=Action.CHANGED_SETTINGS,
    api=Operation(schemas.ChangedSettings, body=dict[str, schemas.SettingValue]),
)
def change_settings() -> schemas.ChangedSettings:
    """Check and save settings; nothing is saved when one has no meaning."""
    preferences = services().preferences
    try:
        changed = preferences.change(read_body(dict[str, schemas.SettingValue]))
    except SettingsError as error:
        refuse_for(HTTPStatus.UNPROCESSABLE_ENTITY, error)
    concerns(*changed)
    return {"changed": changed, "waiting": preferences.waiting}


@room.post(
    "/api/v1/restart",
    role=Role.OWNER,
    audit=Action.RESTARTED,
    api=Operation(status=HTTPStatus.ACCEPTED, problems=(HTTPStatus.CONFLICT,)),
)
def restart() -> tuple[str, int]:
    """Restart the program of the device."""
    restart = services().restart
    _restart(restart)
    return "", HTTPStatus.ACCEPTED


def as_text(value: Any) -> str:
    """A value as it stands in a field of the form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def as_plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, _PLAIN) else str(value)


def _restart(restart: Restart) -> None:
    if not restart.possible:
        refuse(HTTPStatus.CONFLICT, "no_restart_here")
    restart.ask()
