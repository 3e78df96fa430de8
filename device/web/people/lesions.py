"""The pages of lesions: one lesion over time, and the forms that add, change, confirm and delete it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from device.access import Role
from device.access.actions import Action
from device.errors import ChangedError, ValueRefusedError
from device.records import Query
from device.records.values import Lesion, Person, revision_of
from device.web import flash
from device.web.audit import concerns
from device.web.changed import REVISION, show_changed
from device.web.people.bodymap import REGION_TITLES, marks
from device.web.people.fields import TITLES, lesion_fields, read_diagnosis
from device.web.people.find import before, find_lesion, find_person
from device.web.problems import status_of
from device.web.routing import Room
from device.web.services import services
from device.words.marks import N_

SHOWN = 60

_DIAGNOSIS = N_("Diagnosis")

Form = tuple[str, HTTPStatus]


room = Room("lesions", __name__)


@room.get("/persons/<person_id>/lesions/new", role=Role.EXAMINER, audit=Action.SAW_PERSON)
def add(person_id: str) -> Form:
    """The form of a new lesion."""
    records = services().records
    return _form(find_person(records, person_id), None, request.args)


@room.post("/persons/<person_id>/lesions/new", role=Role.EXAMINER, audit=Action.ADDED_LESION)
def create(person_id: str) -> Form | Response:
    """Make the lesion of the form."""
    records = services().records
    examined = find_person(records, person_id)
    try:
        made = records.lesions.add(examined.id, **lesion_fields(request.form))
    except ValueRefusedError as error:
        return _form(examined, None, request.form, error)
    concerns(made.id)
    return _see(made.id)


@room.get("/lesions/<lesion_id>", role=Role.VIEWER, audit=Action.SAW_LESION)
def page(lesion_id: str) -> str:
    """One lesion over time."""
    records = services().records
    lesion = find_lesion(records, lesion_id)
    lines = records.search(Query(lesion=lesion.id), SHOWN + 1, before())
    concerns(lesion.person, *(line.id for line in lines[:SHOWN]))
    return render_template(
        "people/lesion.html",
        examined=find_person(records, lesion.person),
        lesion=lesion,
        placed=marks([lesion]),
        lines=lines[:SHOWN],
        more=len(lines) > SHOWN,
        older=before() is not None,
    )


@room.get("/lesions/<lesion_id>/edit", role=Role.EXAMINER, audit=Action.SAW_LESION)
def edit(lesion_id: str) -> Form:
    """The form that changes a lesion."""
    records = services().records
    lesion = find_lesion(records, lesion_id)
    # A region that was picked on the map isn't written until the form is sent.
    return _form(find_person(records, lesion.person), lesion, vars(lesion) | request.args.to_dict())


@room.post("/lesions/<lesion_id>/edit", role=Role.EXAMINER, audit=Action.CHANGED_LESION)
def change(lesion_id: str) -> Form | Response:
    """Keep what the form says."""
    records = services().records
    lesion = find_lesion(records, lesion_id)
    try:
        records.lesions.change(lesion.id, request.form.get(REVISION, ""), **lesion_fields(request.form))
    except ChangedError:
        now = find_lesion(records, lesion_id)
        back = url_for(".page", lesion_id=now.id)
        return show_changed(vars(now), revision_of(now), back, TITLES, REGION_TITLES)
    except ValueRefusedError as error:
        return _form(find_person(records, lesion.person), lesion, request.form, error)
    return _see(lesion.id)


@room.get("/lesions/<lesion_id>/diagnosis", role=Role.EXAMINER, audit=Action.SAW_LESION)
def confirm(lesion_id: str) -> Form:
    """The form of the confirmed diagnosis."""
    records = services().records
    lesion = find_lesion(records, lesion_id)
    return _diagnosis_form(lesion, vars(lesion.diagnosis) if lesion.diagnosis else {})


@room.post("/lesions/<lesion_id>/diagnosis", role=Role.EXAMINER, audit=Action.CONFIRMED_DIAGNOSIS)
def diagnose(lesion_id: str) -> Form | Response:
    """Keep the confirmed diagnosis."""
    records = services().records
    lesion = find_lesion(records, lesion_id)
    try:
        diagnosis = read_diagnosis(request.form, lesion.diagnosis)
        records.lesions.change(lesion.id, request.form.get(REVISION, ""), diagnosis=diagnosis)
    except ChangedError:
        now = find_lesion(records, lesion_id)
        known = vars(now.diagnosis) if now.diagnosis else {}
        back = url_for(".page", lesion_id=now.id)
        return show_changed(known, revision_of(now), back, TITLES | {"label": _DIAGNOSIS}, {})
    except ValueRefusedError as error:
        return _diagnosis_form(lesion, request.form, error)
    return _see(lesion.id)


@room.get("/lesions/<lesion_id>/delete", role=Role.OWNER, audit=Action.SAW_LESION)
def ask_to_delete(lesion_id: str) -> str:
    """Ask whether the lesion is to be deleted."""
    records = services().records
    lesion = find_lesion(records, lesion_id)
    return render_template(
        "people/delete.html",
        examined=find_person(records, lesion.person),
        lesion=lesion,
        lesions=[],
        count=records.count(Query(lesion=lesion.id)),
    )


@room.post("/lesions/<lesion_id>/delete", role=Role.OWNER, audit=Action.DELETED_LESION)
def delete(lesion_id: str) -> Response:
    """Delete the lesion with its examinations, for good."""
    records = services().records
    lesion = find_lesion(records, lesion_id)
    records.deletion.lesion(lesion.id)
    return flash.see(url_for("persons.page", person_id=lesion.person), flash.REMOVED)


def _form(
    examined: Person, lesion: Lesion | None, values: Mapping[str, Any], fault: ValueRefusedError | None = None
) -> Form:
    """The form of a lesion, or of a new one, with what was typed and what is wrong with it."""
    page = render_template(
        "people/lesion_form.html", examined=examined, lesion=lesion, values=values, fault=fault
    )
    return page, status_of(fault) if fault else HTTPStatus.OK


def _diagnosis_form(
    lesion: Lesion, values: Mapping[str, Any], fault: ValueRefusedError | None = None
) -> Form:
    page = render_template("people/diagnosis_form.html", lesion=lesion, values=values, fault=fault)
    return page, status_of(fault) if fault else HTTPStatus.OK


def _see(lesion_id: str) -> Response:
    return flash.see(url_for("lesions.page", lesion_id=lesion_id))
