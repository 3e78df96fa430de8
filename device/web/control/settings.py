"""Every setting with its meaning: seen, checked and saved; and a new start to put them in force."""

import re
from http import HTTPStatus
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import SettingsError
from device.preferences import Preferences
from device.service.restart import Restart
from device.web.audit import concerns
from device.web.body import read_object
from device.web.routing import Room

_PLAIN = (str, int, float, bool, list)


def blueprint(preferences: Preferences, restart: Restart) -> Room:
    """`/settings` and `/api/v1/settings`, for owners."""
    settings = Room("settings", __name__)

    def show(given: dict[str, str], fault: str = "") -> str:
        return render_template(
            "settings/page.html",
            entries=preferences.entries(),
            given=given,
            fault=fault,
            # Which field: the message names it.
            faulty=next(iter(re.findall(r"setting '(\w+)'", fault)), ""),
            waiting=preferences.waiting,
            trouble=preferences.trouble,
            can_restart=restart.possible,
            as_text=as_text,
        )

    @settings.get("/settings", role=Role.OWNER, audit=None)
    def page() -> str:
        return show({})

    @settings.post("/settings", role=Role.OWNER, audit=Action.CHANGED_SETTINGS)
    def save() -> Answer:
        given = {name: text.strip() for name, text in request.form.items()}
        before = {entry.name: as_text(entry.value) for entry in preferences.entries()}
        # Only what was changed, so that what is fixed may stand in the form too.
        changed = {name: text for name, text in given.items() if text != before.get(name)}
        try:
            concerns(*preferences.change(changed))
        except SettingsError as error:
            return Response(show(given, str(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(url_for("settings.page"), HTTPStatus.SEE_OTHER)

    @settings.post("/settings/restart", role=Role.OWNER, audit=Action.RESTARTED)
    def start_again() -> str:
        _restart(restart)
        return render_template("settings/restart.html")

    @settings.get("/api/v1/settings", role=Role.OWNER, audit=None)
    def all_settings() -> dict[str, Any]:
        return {
            "settings": [
                {
                    "name": each.name,
                    "meaning": each.meaning,
                    "value": as_plain(each.value),
                    "default": as_plain(each.default),
                    "origin": each.origin.value,
                    "fixed": each.fixed,
                }
                for each in preferences.entries()
            ],
            "waiting": preferences.waiting,
        }

    @settings.patch("/api/v1/settings", role=Role.OWNER, audit=Action.CHANGED_SETTINGS)
    def change() -> dict[str, Any]:
        known = {entry.name: _PLAIN for entry in preferences.entries()}
        try:
            changed = preferences.change(read_object(known))
        except SettingsError as error:
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        concerns(*changed)
        return {"changed": changed, "waiting": preferences.waiting}

    @settings.post("/api/v1/restart", role=Role.OWNER, audit=Action.RESTARTED)
    def restart_it() -> tuple[str, int]:
        _restart(restart)
        return "", HTTPStatus.ACCEPTED

    return settings


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
        abort(HTTPStatus.CONFLICT, "nothing would start the device again; stop it and start it by hand")
    restart.ask()
