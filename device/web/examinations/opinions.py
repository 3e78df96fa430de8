"""What examiners say of an examination by themselves: the form on the page, and the same for programs."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, g, render_template, request, url_for
from werkzeug.wrappers import Response

from device.access import Role
from device.access.actions import Action
from device.checklist import Checklist, Criterion, read_checklist
from device.errors import ValueRefusedError
from device.examination import Examination, Triage
from device.opinion import SAID, Opinion
from device.records import Records
from device.records.values import Line
from device.serialization import NOT_A_DEVICE, opinion_to_json
from device.web import flash
from device.web.body import read_body
from device.web.classes import diagnoses
from device.web.examinations import schemas
from device.web.examinations.find import find_examination
from device.web.examinations.opinion_words import CRITERIA, STEPS
from device.web.problems import status_of
from device.web.routing import Operation, Room
from device.web.services import services
from device.web.wording import TRIAGES, WITHHELD, TriageLook

room = Room("opinions", __name__)


def install(app: Flask, records: Records) -> None:
    """Give the templates of `app` what was said of an examination, and the words for it."""

    def look(line: Line) -> TriageLook:
        return WITHHELD if line.withheld else TRIAGES[line.triage]

    app.jinja_env.globals.update(
        is_withheld=records.opinions.is_withheld,
        opinions_on=records.opinions.of_examination,
        look=look,
        criteria=CRITERIA,
        opinion_steps=STEPS,
    )


@room.get("/examinations/<examination_id>/opinion", role=Role.EXAMINER, audit=Action.SAW_EXAMINATION)
def page(examination_id: str) -> str:
    """The form for an opinion on an examination."""
    return _render(find_examination(services().records, examination_id))


@room.post("/examinations/<examination_id>/opinion", role=Role.EXAMINER, audit=Action.SAID_OPINION)
def say(examination_id: str) -> Response | tuple[str, int]:
    """Keep the opinion of the form, and show the finding."""
    examination = find_examination(services().records, examination_id)
    form = request.form
    present = form.getlist("criterion") if "checked" in form else None
    try:
        _keep(examination, form.get("triage", ""), form.get("label", ""), present)
    except ValueRefusedError as error:
        return _render(examination, form, error), status_of(error)
    return _see(examination)


@room.post("/examinations/<examination_id>/show", role=Role.EXAMINER, audit=Action.SHOWED_FINDING)
def show(examination_id: str) -> Response:
    """Show the finding without an opinion."""
    examination = find_examination(services().records, examination_id)
    if services().records.opinions.show(examination.id):
        services().examiner.announce(examination)
    return _see(examination)


@room.get(
    "/api/v1/examinations/<examination_id>/opinions",
    role=Role.VIEWER,
    audit=Action.SAW_EXAMINATION,
    api=Operation(schemas.Opinions),
)
def list_opinions(examination_id: str) -> schemas.Opinions:
    """What examiners said of an examination, in the order they said it."""
    records = services().records
    examination = find_examination(records, examination_id)
    said = records.opinions.of_examination(examination.id)
    return {
        "opinions": [_describe(each) for each in said if not each.damaged],
        "withheld": records.opinions.is_withheld(examination.id),
        "notice": NOT_A_DEVICE,
    }


@room.post(
    "/api/v1/examinations/<examination_id>/opinions",
    role=Role.EXAMINER,
    audit=Action.SAID_OPINION,
    api=Operation(schemas.Opinion, HTTPStatus.CREATED, body=schemas.NewOpinion),
)
def add_opinion(examination_id: str) -> tuple[schemas.Opinion, HTTPStatus]:
    """Say an opinion on an examination; it can't be changed, a later one stands beside it."""
    examination = find_examination(services().records, examination_id)
    given = read_body(schemas.NewOpinion)
    opinion = _keep(examination, given["triage"], given.get("label", ""), given.get("checklist"))
    return _describe(opinion), HTTPStatus.CREATED


def _keep(examination: Examination, triage: str, label: str, present: Sequence[str] | None) -> Opinion:
    """Keep what is said, and tell everyone if that shows the finding. Raises ValueRefusedError."""
    if triage not in SAID:
        raise ValueRefusedError("triage", "say_what_to_do")
    if label and label not in (known := diagnoses()):
        raise ValueRefusedError("label", "diagnosis_unknown", known=list(known))
    opinion = services().records.opinions.add(
        examination.id, g.person.name, Triage(triage), label, _checklist(present)
    )
    if opinion.blind:
        services().examiner.announce(examination)
    return opinion


def _checklist(present: Sequence[str] | None) -> Checklist | None:
    try:
        return None if present is None else read_checklist(present)
    except ValueError as error:
        raise ValueRefusedError("checklist", "choose_one_of", names=list(Criterion)) from error


def _render(
    examination: Examination, given: Mapping[str, Any] | None = None, fault: ValueRefusedError | None = None
) -> str:
    return render_template(
        "examinations/opinion_page.html", examination=examination, given=given, fault=fault
    )


def _describe(opinion: Opinion) -> schemas.Opinion:
    return cast(schemas.Opinion, opinion_to_json(opinion))


def _see(examination: Examination) -> Response:
    return flash.see(url_for("pages.examination", examination_id=examination.id))
