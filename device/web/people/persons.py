"""The pages of persons: a list, one person with their lesions, and the forms that add, change and delete."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from device.access import Role
from device.access.actions import Action
from device.errors import ChangedError, ValueRefusedError
from device.records import Query
from device.records.values import Person, revision_of
from device.web import flash
from device.web.audit import concerns
from device.web.changed import REVISION, show_changed
from device.web.people.bodymap import marks
from device.web.people.fields import TITLES, person_fields
from device.web.people.find import before, find_person
from device.web.problems import status_of
from device.web.routing import Room
from device.web.services import services

SHOWN = 24
LONGEST_SEARCH = 120

Form = tuple[str, HTTPStatus]


room = Room("persons", __name__, prefix="/persons")


@room.get("", role=Role.VIEWER, audit=Action.LISTED_PERSONS)
def index() -> str:
    """Persons by pseudonym, or those that are looked for."""
    records = services().records
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    after = request.args.get("after", "")
    found = records.persons.search(text, SHOWN + 1, after)
    concerns(*(person.id for person in found[:SHOWN]))
    return render_template(
        "people/persons.html",
        found=found[:SHOWN],
        more=found[SHOWN - 1].pseudonym if len(found) > SHOWN else "",
        text=text,
        later=bool(after),
        today=date.today(),
        values={},
    )


@room.get("/new", role=Role.EXAMINER, audit=None)
def add() -> Form:
    """The form of a new person."""
    return _form(None, {})


@room.post("/new", role=Role.EXAMINER, audit=Action.ADDED_PERSON)
def create() -> Form | Response:
    """Make the person of the form."""
    records = services().records
    try:
        made = records.persons.add(**{"pseudonym": "", **person_fields(request.form)})
    except ValueRefusedError as error:
        return _form(None, request.form, error)
    concerns(made.id)
    return _see(made.id)


@room.get("/<person_id>", role=Role.VIEWER, audit=Action.SAW_PERSON)
def page(person_id: str) -> str:
    """One person with lesions and examinations."""
    records = services().records
    examined = find_person(records, person_id)
    lesions = records.lesions.of_person(examined.id)
    lines = records.search(Query(person=examined.id), SHOWN + 1, before())
    concerns(*(lesion.id for lesion in lesions), *(line.id for line in lines[:SHOWN]))
    return render_template(
        "people/person.html",
        examined=examined,
        lesions=lesions,
        placed=marks(lesions),
        lines=lines[:SHOWN],
        more=len(lines) > SHOWN,
        today=date.today(),
    )


@room.get("/<person_id>/edit", role=Role.EXAMINER, audit=Action.SAW_PERSON)
def edit(person_id: str) -> Form:
    """The form that changes a person."""
    records = services().records
    examined = find_person(records, person_id)
    return _form(examined, vars(examined))


@room.post("/<person_id>/edit", role=Role.EXAMINER, audit=Action.CHANGED_PERSON)
def change(person_id: str) -> Form | Response:
    """Keep what the form says."""
    records = services().records
    examined = find_person(records, person_id)
    try:
        records.persons.change(examined.id, request.form.get(REVISION, ""), **person_fields(request.form))
    except ChangedError:
        now = find_person(records, person_id)
        back = url_for(".page", person_id=now.id)
        return show_changed(vars(now), revision_of(now), back, TITLES, {})
    except ValueRefusedError as error:
        return _form(examined, request.form, error)
    return _see(examined.id)


@room.get("/<person_id>/delete", role=Role.OWNER, audit=Action.SAW_PERSON)
def ask_to_delete(person_id: str) -> str:
    """Ask whether the person is to be deleted."""
    records = services().records
    examined = find_person(records, person_id)
    return render_template(
        "people/delete.html",
        examined=examined,
        lesion=None,
        lesions=records.lesions.of_person(examined.id),
        count=records.count(Query(person=examined.id)),
    )


@room.post("/<person_id>/delete", role=Role.OWNER, audit=Action.DELETED_PERSON)
def delete(person_id: str) -> Response:
    """Delete the person with lesions and examinations, for good."""
    records = services().records
    records.deletion.person(find_person(records, person_id).id)
    return flash.see(url_for("persons.index"), flash.REMOVED)


def _form(examined: Person | None, values: Mapping[str, Any], fault: ValueRefusedError | None = None) -> Form:
    """The form of a person, or of a new one, with what was typed and what is wrong with it."""
    page = render_template("people/person_form.html", examined=examined, values=values, fault=fault)
    return page, status_of(fault) if fault else HTTPStatus.OK


def _see(person_id: str) -> Response:
    return flash.see(url_for("persons.page", person_id=person_id))
