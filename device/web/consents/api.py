"""Consents for programs: JSON under /api/v1."""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import g

from device.access import Role
from device.access.actions import Action
from device.web.audit import concerns
from device.web.body import read_body
from device.web.consents import schemas
from device.web.consents.fields import describe, give
from device.web.consents.pages import find_consent
from device.web.people.find import find_person
from device.web.routing import Operation, Room
from device.web.services import services

room = Room("consents_api", __name__, prefix="/api/v1/persons/<person_id>/consents")


@room.get("", role=Role.EXAMINER, audit=Action.SAW_CONSENT, api=Operation(schemas.Consents))
def list_consents(person_id: str) -> schemas.Consents:
    """What a person agreed to, newest first."""
    records = services().records
    consents = records.consents.of_person(find_person(records, person_id).id)
    concerns(person_id, *(consent.id for consent in consents))
    return {"consents": [describe(each) for each in consents]}


@room.post(
    "",
    role=Role.EXAMINER,
    audit=Action.GAVE_CONSENT,
    api=Operation(schemas.Consent, HTTPStatus.CREATED, body=schemas.NewConsent),
)
def give_consent(person_id: str) -> tuple[schemas.Consent, HTTPStatus]:
    """Keep what a person agreed to, in English."""
    records = services().records
    person = find_person(records, person_id)
    given = read_body(schemas.NewConsent)
    consent = give(records, person.id, given, given["scopes"], g.person.name)
    concerns(consent.id)
    return describe(consent), HTTPStatus.CREATED


@room.post(
    "/<consent_id>/withdrawal",
    role=Role.EXAMINER,
    audit=Action.WITHDREW_CONSENT,
    api=Operation(schemas.Consent),
)
def withdraw_consent(person_id: str, consent_id: str) -> schemas.Consent:
    """Say that a consent doesn't stand any more; that it was given stays on record."""
    records = services().records
    consent = find_consent(records, find_person(records, person_id).id, consent_id)
    return describe(records.consents.withdraw(consent.id, datetime.now(UTC), g.person.name))
