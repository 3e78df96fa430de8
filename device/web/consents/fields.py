"""Consents as forms and programs send them, and as programs read them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from device.errors import ValueRefusedError
from device.records import Records
from device.records.consents import Consent, Scope
from device.web.consents import schemas
from device.web.consents.words import consent_text


def give(records: Records, person: str, given: Mapping[str, Any], scopes: Iterable[str], by: str) -> Consent:
    """Keep the consent that a form or a program sent. Raises ValueRefusedError."""
    try:
        chosen = {Scope(scope) for scope in scopes}
    except ValueError as error:
        raise ValueRefusedError("scopes", "choose_one_of", names=", ".join(Scope)) from error
    signature = str(given.get("signature") or "").strip()
    if not signature and not given.get("on_paper"):
        raise ValueRefusedError("signature", "signature_missing")
    agreed = tuple(scope for scope in Scope if scope in chosen)
    return records.consents.give(
        person,
        scopes=agreed,
        text=consent_text(agreed),
        given_at=datetime.now(UTC),
        by=str(given.get("by") or "").strip(),
        noted_by=by,
        signature=signature,
    )


def describe(consent: Consent) -> schemas.Consent:
    """Plain values."""
    withdrawn = consent.withdrawn_at
    return {
        "id": consent.id,
        "person": consent.person,
        "scopes": [scope.value for scope in consent.scopes],
        "text": consent.text,
        "given_at": consent.given_at.isoformat(),
        "by": consent.by,
        "noted_by": consent.noted_by,
        "signature": consent.signature,
        "withdrawn_at": withdrawn.isoformat() if withdrawn else None,
        "withdrawn_by": consent.withdrawn_by,
    }
