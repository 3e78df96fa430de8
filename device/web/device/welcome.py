"""The first steps with a new device, for its owner: language, PINs, clock, and a picture to try it."""

from http import HTTPStatus

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from device.access import Role
from device.access.actions import Action
from device.errors import ClockError, DermapointError
from device.service import clock
from device.web.body import read_body
from device.web.device import schemas
from device.web.routing import Operation, Room
from device.web.services import services

room = Room("welcome", __name__)


def _show(fault: DermapointError | None = None) -> str:
    records = services().records
    access = services().access
    return render_template(
        "device/welcome.html",
        fault=fault,
        now=clock.seconds_now(),
        near=clock.NEAR_SECONDS,
        set_by_network=clock.set_by_network(),
        people=len(access.accounts.people()),
        count=records.count(),
    )


@room.get("/welcome", role=Role.OWNER, audit=None)
def page() -> str:
    """The first steps, and which of them are done."""
    return _show()


@room.post("/welcome/clock", role=Role.OWNER, audit=Action.SET_CLOCK)
def set_clock() -> Answer:
    """Set the clock from the browser."""
    given = request.form.get("now", "")
    try:
        clock.ask_for_time(int(given) if given.isascii() and given.isdecimal() and len(given) < 12 else 0)
    except ClockError as error:
        return Response(_show(error), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("welcome.page"), HTTPStatus.SEE_OTHER)


@room.get("/api/v1/clock", role=Role.VIEWER, audit=None, api=Operation(schemas.Clock))
def clock_now() -> schemas.Clock:
    """What the device's clock says."""
    return {"now": clock.seconds_now(), "set_by_network": clock.set_by_network()}


@room.put(
    "/api/v1/clock",
    role=Role.OWNER,
    audit=Action.SET_CLOCK,
    api=Operation(schemas.Clock, HTTPStatus.ACCEPTED, body=schemas.ClockChange),
)
def set_clock_to() -> tuple[schemas.Clock, int]:
    """Have the clock set, unless the network has.

    Done a moment after the answer, by systemd.
    """
    clock.ask_for_time(read_body(schemas.ClockChange)["now"])
    return clock_now(), HTTPStatus.ACCEPTED
