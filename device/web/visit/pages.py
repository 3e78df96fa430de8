"""The pages that choose who is examined, and which lesion, before the press."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from device.access import Role
from device.access.actions import Action
from device.errors import BusyError, CameraError, CodeError, DermapointError, ValueRefusedError
from device.records import Query, Records
from device.records.values import LONGEST_NAME, Person
from device.visit import Visit
from device.web.audit import concerns
from device.web.people.bodymap import marks
from device.web.people.fields import lesion_fields
from device.web.people.find import find_lesion, find_person
from device.web.problems import status_of
from device.web.refusal import refuse
from device.web.routing import Room
from device.web.services import services
from device.web.visit.now import known_lesions, visit_now

NEW, ANY = "new", ""
"""Sent in place of a lesion: one that isn't known yet; whichever it is, each press is of a new one."""

_FOUND = 12
_SEEN_LAST = 6
_LOOKED_AT = 60
"""Only so many presses back, as in `people.assignment`."""

room = Room("visit", __name__, prefix="/visit")


@room.get("", role=Role.EXAMINER, audit=Action.LISTED_PERSONS)
def page() -> str | Response:
    """Choose who is examined: by a search, a code, or from those seen last."""
    records, text = services().records, request.args.get("q", "").strip()[:LONGEST_NAME]
    person = records.persons.known_as(text) if text else None
    if person:
        return redirect(url_for("visit.choose_lesion", person_id=person.id), HTTPStatus.SEE_OTHER)
    return _page(records, text)


@room.post("/new", role=Role.EXAMINER, audit=Action.ADDED_PERSON)
def add_person() -> tuple[str, HTTPStatus] | Response:
    """Make a person of whom no more is known yet, and go on to the lesion."""
    records = services().records
    pseudonym = request.form.get("pseudonym", "").strip()
    try:
        made = records.persons.add(pseudonym)
    except ValueRefusedError as error:
        return _page(records, pseudonym[:LONGEST_NAME], error), status_of(error)
    concerns(made.id)
    return redirect(url_for("visit.choose_lesion", person_id=made.id), HTTPStatus.SEE_OTHER)


@room.post("/code", role=Role.EXAMINER, audit=Action.READ_CODE)
def read_code() -> tuple[str, HTTPStatus] | Response:
    """Read a QR code or barcode under the lens, and look for whom it names."""
    services().aiming()
    try:
        text = services().codes.read()
    except (CodeError, BusyError, CameraError) as error:
        return _page(services().records, "", error), status_of(error)
    return redirect(url_for("visit.page", q=text), HTTPStatus.SEE_OTHER)


@room.get("/persons/<person_id>", role=Role.EXAMINER, audit=Action.SAW_PERSON)
def choose_lesion(person_id: str) -> str:
    """Choose the lesion that is looked at next."""
    records = services().records
    return _lesions(records, find_person(records, person_id), request.args)


@room.post("/persons/<person_id>", role=Role.EXAMINER, audit=Action.BEGAN_VISIT)
def begin(person_id: str) -> tuple[str, HTTPStatus] | Response:
    """From now on presses show this person, and the lesion that was chosen or made."""
    records = services().records
    person = find_person(records, person_id)
    try:
        lesion = _chosen(records, person, request.form)
    except ValueRefusedError as error:
        return _lesions(records, person, request.form, error), status_of(error)
    services().examiner.visits.begin(Visit(person.id, lesion))
    concerns(*filter(None, [lesion]))
    return redirect(url_for("pages.home"), HTTPStatus.SEE_OTHER)


@room.post("/end", role=Role.EXAMINER, audit=Action.ENDED_VISIT)
def end() -> Response:
    """From now on presses show nobody in particular."""
    services().examiner.visits.end()
    return redirect(url_for("pages.home"), HTTPStatus.SEE_OTHER)


@room.get("/bar", role=Role.VIEWER, audit=Action.SAW_PERSON)
def bar() -> str:
    """Who is being examined, to be put into the live page."""
    return render_template("visit/bar.html", visit=visit_now(services().records, services().examiner.visits))


def _page(records: Records, text: str, fault: DermapointError | None = None) -> str:
    found = records.persons.search(text, _FOUND) if text else []
    last = [] if text else _seen_last(records)
    concerns(*(each.id for each in (*found, *last)))
    return render_template("visit/person.html", text=text, found=found, last=last, fault=fault)


def _seen_last(records: Records) -> list[Person]:
    lines = records.search(Query(assigned=True), _LOOKED_AT)
    ids = list(dict.fromkeys(line.person for line in lines))[:_SEEN_LAST]
    return [person for each in ids if (person := records.persons.get(each))]


def _lesions(
    records: Records, person: Person, given: Mapping[str, str], fault: ValueRefusedError | None = None
) -> str:
    known = known_lesions(records, person)
    in_order = [each.lesion for each in sorted(known, key=lambda each: each.number)]
    return render_template(
        "visit/lesion.html",
        examined=person,
        known=known,
        placed=marks(in_order),
        values=given,
        fault=fault,
    )


def _chosen(records: Records, person: Person, form: Mapping[str, str]) -> str:
    """The id of the lesion that the form names, made now if it is new. Raises ValueRefusedError."""
    choice = form.get("lesion", ANY)
    if choice == ANY:
        return ""
    if choice == NEW:
        return records.lesions.add(person.id, **lesion_fields(form)).id
    lesion = find_lesion(records, choice)
    if lesion.person != person.id:
        refuse(HTTPStatus.NOT_FOUND, "lesion_of_someone_else")
    return lesion.id
