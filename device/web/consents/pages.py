"""The page of a person's consents, and the form that is signed on the screen."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from device.access import Role
from device.access.actions import Action
from device.errors import MissingError, ValueRefusedError
from device.records import Records
from device.records.consents import Consent
from device.records.signature import HEIGHT, WIDTH
from device.records.values import Person
from device.web.audit import concerns
from device.web.consents.fields import give
from device.web.consents.words import AGREE, INFORMED, STATEMENTS
from device.web.people.find import find_person
from device.web.problems import status_of
from device.web.routing import Room
from device.web.services import services

room = Room("consents", __name__, prefix="/persons/<person_id>/consents")


@room.get("", role=Role.EXAMINER, audit=Action.SAW_CONSENT)
def page(person_id: str) -> str:
    """What the person agreed to, and the form to sign."""
    records = services().records
    return _render(records, find_person(records, person_id), {})


@room.post("", role=Role.EXAMINER, audit=Action.GAVE_CONSENT)
def sign(person_id: str) -> Response | tuple[str, HTTPStatus]:
    """Keep what was signed."""
    records = services().records
    examined = find_person(records, person_id)
    try:
        scopes = request.form.getlist("scopes")
        concerns(give(records, examined.id, request.form, scopes, g.person.name).id)
    except ValueRefusedError as error:
        return _render(records, examined, request.form, error), status_of(error)
    return redirect(url_for("consents.page", person_id=examined.id), HTTPStatus.SEE_OTHER)


@room.post("/<consent_id>/withdraw", role=Role.EXAMINER, audit=Action.WITHDREW_CONSENT)
def withdraw(person_id: str, consent_id: str) -> Response:
    """Say that it doesn't stand any more."""
    records = services().records
    consent = find_consent(records, find_person(records, person_id).id, consent_id)
    records.consents.withdraw(consent.id, datetime.now(UTC), g.person.name)
    return redirect(url_for("consents.page", person_id=person_id), HTTPStatus.SEE_OTHER)


def find_consent(records: Records, person: str, consent_id: str) -> Consent:
    """The person's consent with this id. Raises MissingError."""
    consent = next((each for each in records.consents.of_person(person) if each.id == consent_id), None)
    if consent is None:
        raise MissingError("no_such_consent")
    return consent


def _render(
    records: Records, examined: Person, given: Mapping[str, str], fault: ValueRefusedError | None = None
) -> str:
    consents = records.consents.of_person(examined.id)
    concerns(examined.id, *(consent.id for consent in consents))
    return render_template(
        "consents/page.html",
        examined=examined,
        consents=consents,
        agree=AGREE,
        statements=STATEMENTS,
        informed=INFORMED,
        given=given,
        ticked=request.form.getlist("scopes") if given else list(STATEMENTS)[:2],
        fault=fault,
        width=WIDTH,
        height=HEIGHT,
    )
