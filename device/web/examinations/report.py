"""How right this device was, as a page and for programs."""

from dataclasses import asdict
from http import HTTPStatus
from typing import cast

from flask import Response, render_template, request

from device.access import Role
from device.access.actions import Action
from device.accuracy import FEW_LESIONS, measure
from device.records.query_text import read_query
from device.serialization import NOT_A_DEVICE
from device.web.classes import open_classes
from device.web.examinations import schemas
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

_DAYS = ("since", "until")


room = Room("report", __name__)


@room.get("/report", role=Role.VIEWER, audit=Action.SAW_REPORT)
def page() -> Response:
    """How right this device was, by the diagnoses confirmed later."""
    records = services().records
    given = {name: request.args.get(name, "") for name in _DAYS}
    query, faults = read_query(given)
    accuracy = measure([] if faults else records.outcomes(query.since, query.until), open_classes())
    shown = render_template(
        "examinations/report.html",
        accuracy=accuracy,
        given=given,
        faults=faults,
        all_classes=list(accuracy.recall),
        few_lesions=FEW_LESIONS,
    )
    return Response(shown, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK)


@room.get(
    "/api/v1/report",
    role=Role.VIEWER,
    audit=Action.SAW_REPORT,
    api=Operation(schemas.Accuracy, query=schemas.Days),
)
def report() -> schemas.Accuracy:
    """The device's own accuracy, by the diagnoses confirmed later."""
    records = services().records
    query, faults = read_query({name: request.args.get(name, "") for name in _DAYS})
    for name, fault in faults.items():
        refuse(HTTPStatus.BAD_REQUEST, "field_fault", name=name, fault=fault)
    accuracy = measure(records.outcomes(query.since, query.until), open_classes())
    return cast(schemas.Accuracy, asdict(accuracy) | {"notice": NOT_A_DEVICE})
