"""How right this device was, as a page and for programs."""

from dataclasses import asdict
from http import HTTPStatus
from typing import cast

from flask import Response, render_template, request

from device.access import Role
from device.access.actions import Action
from device.accuracy import FEW_LESIONS, measure
from device.agreement import measure_agreement
from device.records.query_text import read_query
from device.serialization import NOT_A_DEVICE
from device.web.classes import open_classes
from device.web.examinations import schemas
from device.web.refusal import refuse
from device.web.routing import Operation, Room
from device.web.services import services

_DAYS = ("since", "until", "zone")


room = Room("report", __name__)


@room.get("/report", role=Role.VIEWER, audit=Action.SAW_REPORT)
def page() -> Response:
    """How right this device was, by the diagnoses confirmed later."""
    records = services().records
    given = {name: request.args.get(name, "") for name in _DAYS}
    query, faults = read_query(given)
    accuracy = measure([] if faults else records.outcomes(query.since, query.until), open_classes())
    agreement = measure_agreement([] if faults else records.readings(query.since, query.until))
    shown = render_template(
        "examinations/report.html",
        accuracy=accuracy,
        agreement=agreement,
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
    agreement = measure_agreement(records.readings(query.since, query.until))
    return cast(schemas.Accuracy, asdict(accuracy) | {"agreement": asdict(agreement), "notice": NOT_A_DEVICE})
