"""The first steps with a new device, for its owner: language, PINs, clock, and a picture to try it."""

from http import HTTPStatus
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Access, Role
from device.access.actions import Action
from device.errors import ClockError
from device.records import Records
from device.service import clock
from device.web.body import read_object
from device.web.routing import Room


def blueprint(access: Access, records: Records) -> Room:
    """`/welcome` and `/api/v1/clock`. A step is done when the device's own state says so: nothing is kept."""
    welcome = Room("welcome", __name__)

    def show(fault: str = "") -> str:
        return render_template(
            "welcome/page.html",
            fault=fault,
            now=clock.seconds_now(),
            near=clock.NEAR_SECONDS,
            set_by_network=clock.set_by_network(),
            people=len(access.accounts.people()),
            count=records.count(),
        )

    @welcome.get("/welcome", role=Role.OWNER, audit=None)
    def page() -> str:
        return show()

    @welcome.post("/welcome/clock", role=Role.OWNER, audit=Action.SET_CLOCK)
    def set_clock() -> Answer:
        given = request.form.get("now", "")
        try:
            clock.ask_for_time(int(given) if given.isascii() and given.isdecimal() and len(given) < 12 else 0)
        except ClockError as error:
            return Response(show(str(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(url_for("welcome.page"), HTTPStatus.SEE_OTHER)

    @welcome.get("/api/v1/clock", role=Role.VIEWER, audit=None)
    def read_clock() -> dict[str, Any]:
        return {"now": clock.seconds_now(), "set_by_network": clock.set_by_network()}

    @welcome.put("/api/v1/clock", role=Role.OWNER, audit=Action.SET_CLOCK)
    def set_clock_for_programs() -> tuple[dict[str, Any], int]:
        clock.ask_for_time(read_object({"now": int}).get("now", 0))
        return read_clock(), HTTPStatus.ACCEPTED

    return welcome
