"""Consent: what a person agreed to, when, by whose hand, and whether it was withdrawn."""

import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from device.errors import MissingError, RecordsError, ValueRefusedError
from device.message import Message
from device.records.database import Database
from device.records.hashes import sound, vouch
from device.records.signature import read_strokes
from device.records.values import LONGEST_NAME, LONGEST_NOTES
from device.records.words import check_text

_COLUMNS = "id, person, scopes, text, given_at, given_by, noted_by, signature, withdrawn_at, withdrawn_by"
_SELECT = f"SELECT {_COLUMNS}, {sound('consent')} FROM consent"
_INSERT = (
    f"INSERT INTO consent ({_COLUMNS}) VALUES (:id, :person, :scopes, :text, :given_at, :by, :noted_by,"
    " :signature, :withdrawn_at, :withdrawn_by)"
)


class Scope(StrEnum):
    """What may be agreed to."""

    PICTURES = "pictures"
    """Pictures of the skin are taken, judged by the device, and kept on it."""
    REFERRAL = "referral"
    """They leave the device with the person's name, for a doctor."""
    RESEARCH = "research"
    """They leave the device without the name, for research and teaching."""


@dataclass(frozen=True)
class Consent:
    """What a person agreed to; `text` is what was read, and `by` the name of who signed it.

    `given_at` and `withdrawn_at` (None: it stands) are by the device's clock; `noted_by` and `withdrawn_by`
    are who was logged in. `signature` is a path as `signature.py` reads it; empty: signed on paper.
    `damaged` is true when it isn't as it was saved; then it counts as none. Raises ValueRefusedError.
    """

    id: str
    person: str
    scopes: tuple[Scope, ...]
    text: str
    given_at: datetime
    by: str
    noted_by: str = ""
    signature: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    damaged: bool = False

    def __post_init__(self) -> None:
        """Check every field."""
        if not self.scopes:
            raise ValueRefusedError("scopes", "consent_to_nothing")
        if not self.by.strip():
            raise ValueRefusedError("by", "consent_of_nobody")
        if self.signature:
            read_strokes(self.signature)

    def check_texts(self) -> None:
        """Raise ValueRefusedError unless its texts can be written."""
        check_text("by", self.by, LONGEST_NAME)
        check_text("text", self.text, LONGEST_NOTES)
        check_text("noted_by", self.noted_by, LONGEST_NAME)
        check_text("withdrawn_by", self.withdrawn_by, LONGEST_NAME)

    def allows(self, scope: Scope) -> bool:
        """Whether it stands, is whole, and holds for this."""
        return scope in self.scopes and self.withdrawn_at is None and not self.damaged


class Consents:
    """The consents of a database. All methods raise RecordsError when the database or a value is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, person: str, **about: Any) -> Consent:
        """A new one of the person with this id; `about` holds other fields of Consent."""
        consent = Consent(secrets.token_hex(8), person, **about)
        consent.check_texts()
        self._write(lambda writer: self.insert(writer, consent))
        return consent

    def withdraw(self, consent_id: str, at: datetime, by: str) -> Consent:
        """Say that it doesn't stand any more; what was given stays on record. Raises MissingError."""
        consent = self.get(consent_id)
        if consent is None:
            raise MissingError("no_such_consent")
        if consent.withdrawn_at:
            return consent
        withdrawn = replace(consent, withdrawn_at=at, withdrawn_by=by)

        def work(writer: sqlite3.Connection) -> None:
            writer.execute(
                "UPDATE consent SET withdrawn_at = :withdrawn_at, withdrawn_by = :withdrawn_by"
                " WHERE id = :id",
                _row(withdrawn),
            )
            if not consent.damaged:
                vouch(writer, "consent", [consent_id])

        self._write(work)
        return withdrawn

    def insert(self, writer: sqlite3.Connection, consent: Consent) -> None:
        """One with its id; one that is here stays. Raises sqlite3.Error."""
        if writer.execute(f"{_INSERT} ON CONFLICT (id) DO NOTHING", _row(consent)).rowcount:
            vouch(writer, "consent", [consent.id])

    def get(self, consent_id: str) -> Consent | None:
        """The consent with this id, or None."""
        rows = self._database.read(f"{_SELECT} WHERE id = ?", consent_id)
        return _consent(rows[0]) if rows else None

    def of_person(self, person_id: str) -> list[Consent]:
        """A person's consents, newest first."""
        rows = self._database.read(f"{_SELECT} WHERE person = ? ORDER BY number DESC", person_id)
        return [_consent(row) for row in rows]

    def allow(self, person_id: str, scope: Scope) -> bool:
        """Whether one of the person's consents that stand holds for this."""
        return any(consent.allows(scope) for consent in self.of_person(person_id))

    def missing(self, persons: Iterable[str], scope: Scope) -> list[str]:
        """Those of these persons' ids of whom no consent for this stands."""
        return [person for person in persons if not self.allow(person, scope)]

    def _write(self, work: Any) -> None:
        try:
            self._database.write(work)
        except sqlite3.IntegrityError as error:
            raise MissingError("no_such_person") from error
        except sqlite3.Error as error:
            raise self._database.card.refusal(Message("consent_not_saved"), error) from error


def read_consent(row: dict[str, Any]) -> Consent:
    """The consent in columns by name. Raises RecordsError and ValueError for values without meaning."""
    withdrawn = row["withdrawn_at"]
    return Consent(
        row["id"],
        row["person"],
        tuple(map(Scope, row["scopes"].split())),
        row["text"],
        _moment(row["given_at"]),
        row["given_by"],
        row["noted_by"],
        row["signature"],
        _moment(withdrawn) if withdrawn else None,
        row["withdrawn_by"],
    )


def consent_to_row(consent: Consent) -> dict[str, str]:
    """The inverse of `read_consent`."""
    row = _row(consent)
    row["given_by"] = row.pop("by")
    return row


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _row(consent: Consent) -> dict[str, str]:
    withdrawn = consent.withdrawn_at
    return {
        "id": consent.id,
        "person": consent.person,
        "scopes": " ".join(consent.scopes),
        "text": consent.text,
        "given_at": consent.given_at.isoformat(),
        "by": consent.by,
        "noted_by": consent.noted_by,
        "signature": consent.signature,
        "withdrawn_at": withdrawn.isoformat() if withdrawn else "",
        "withdrawn_by": consent.withdrawn_by,
    }


def _consent(row: tuple[Any, ...]) -> Consent:
    *values, is_sound = row
    named = dict(zip(_COLUMNS.split(", "), values, strict=True))
    try:
        consent = read_consent(named)
    except (ValueError, TypeError, AttributeError, RecordsError):
        # What of it can still be read is shown, as damaged: it allows nothing.
        epoch = datetime.fromtimestamp(0).astimezone()
        name = str(named["given_by"]).strip() or "?"
        return Consent(
            named["id"], named["person"], tuple(Scope), str(named["text"]), epoch, name, damaged=True
        )
    return consent if is_sound else replace(consent, damaged=True)
