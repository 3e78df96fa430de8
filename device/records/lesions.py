"""Lesions: spots on persons, and what they turned out to be."""

import secrets
import sqlite3
from dataclasses import replace
from datetime import date
from typing import Any

from device.errors import ChangedError, MissingError, RecordsError
from device.message import Message
from device.records.database import Database
from device.records.hashes import sound, vouch
from device.records.values import Confirmation, Diagnosis, Lesion, revision_of
from device.records.words import fold

_COLUMNS = "id, person, label, region, notes, diagnosis, confirmed_by, confirmed_on, in_words"
_SELECT = f"SELECT {_COLUMNS}, {sound('lesion')} FROM lesion"

_INSERT = (
    f"INSERT INTO lesion ({_COLUMNS}, words) VALUES (:id, :person, :label, :region, :notes,"
    " :diagnosis, :confirmed_by, :confirmed_on, :in_words, :words)"
)


class Lesions:
    """The lesions of a database. All methods raise RecordsError when the database or a value is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: str, **about: Any) -> Lesion:
        """A new lesion of the person with this id; `about` holds other fields of Lesion."""
        lesion = Lesion(secrets.token_hex(8), person, **about)
        self._write(_INSERT, lesion)
        return lesion

    def insert(self, writer: sqlite3.Connection, lesion: Lesion, person: str) -> None:
        """One from elsewhere, of the person with this id; one that is here stays. Raises sqlite3.Error."""
        writer.execute(f"{_INSERT} ON CONFLICT DO NOTHING", _row(replace(lesion, person=person)))
        vouch(writer, "lesion", [lesion.id])

    def change(self, lesion_id: str, revision: str = "", **changes: Any) -> Lesion:
        """The lesion with other fields, its diagnosis among them (None: not confirmed any more).

        Raises ChangedError when somebody has changed it since it had this `revision`.
        """
        lesion = self.get(lesion_id)
        if lesion is None:
            raise MissingError("no_such_lesion")
        if revision not in ("", revision_of(lesion)):
            raise ChangedError("changed_meanwhile")
        now, lesion = lesion, replace(lesion, damaged=False, **changes)
        self._write(
            "UPDATE lesion SET person = :person, label = :label, region = :region, notes = :notes,"
            " diagnosis = :diagnosis, confirmed_by = :confirmed_by, confirmed_on = :confirmed_on,"
            " in_words = :in_words, words = :words WHERE id = :id",
            lesion,
            None if now.damaged else now,
        )
        return lesion

    def get(self, lesion_id: str) -> Lesion | None:
        """The lesion with this id, or None."""
        rows = self._database.read(f"{_SELECT} WHERE id = ?", lesion_id)
        return _lesion(rows[0]) if rows else None

    def of_person(self, person_id: str) -> list[Lesion]:
        """A person's lesions, in the order they were made."""
        rows = self._database.read(f"{_SELECT} WHERE person = ? ORDER BY number", person_id)
        return [_lesion(row) for row in rows]

    def of_examination(self, examination_id: str) -> Lesion | None:
        """The lesion that the examination is assigned to, or None."""
        rows = self._database.read(
            f"{_SELECT} WHERE id = (SELECT lesion FROM examination WHERE id = ?)",
            examination_id,
        )
        return _lesion(rows[0]) if rows else None

    def drop_unnamed(self, lesion_id: str) -> None:
        """Remove a lesion of which nothing is known and that no examination shows any more."""
        try:
            self._database.write(
                lambda writer: writer.execute(
                    "DELETE FROM lesion WHERE id = ? AND label = '' AND region = '' AND notes = ''"
                    " AND diagnosis = '' AND NOT EXISTS"
                    " (SELECT 1 FROM examination WHERE examination.lesion = lesion.id)",
                    (lesion_id,),
                )
            )
        except sqlite3.Error as error:
            raise self._database.card.refusal(Message("lesion_not_removed"), error) from error

    def _write(self, statement: str, lesion: Lesion, now: Lesion | None = None) -> None:
        lesion.check_texts()

        def work(writer: sqlite3.Connection) -> None:
            if now is not None:
                rows = writer.execute(f"{_SELECT} WHERE id = ?", (now.id,)).fetchall()
                if [_lesion(row) for row in rows] != [now]:
                    raise ChangedError("changed_meanwhile")
            writer.execute(statement, _row(lesion))
            vouch(writer, "lesion", [lesion.id])

        try:
            self._database.write(work)
        except sqlite3.IntegrityError as error:
            raise MissingError("no_such_person") from error
        except sqlite3.Error as error:
            raise self._database.card.refusal(Message("lesion_not_saved"), error) from error


def assign_new(writer: sqlite3.Connection, examination_id: str, person: str, lesion: str) -> None:
    """Say whom an examination shows that was just written: the lesion, or else a new one of the person.

    In its transaction. What was deleted in the meantime is left out: no press may fail for that. Raises
    sqlite3.Error.
    """
    known = writer.execute("SELECT id FROM lesion WHERE id = ?", (lesion,)).fetchone()
    shown = known[0] if known else _add_unnamed(writer, person)
    if shown:
        writer.execute("UPDATE examination SET lesion = ? WHERE id = ?", (shown, examination_id))


def _add_unnamed(writer: sqlite3.Connection, person: str) -> str | None:
    """A new lesion of which only the person is known; None: there is no such person."""
    if not writer.execute("SELECT 1 FROM person WHERE id = ?", (person,)).fetchone():
        return None
    made = Lesion(secrets.token_hex(8), person)
    writer.execute(_INSERT, _row(made))
    vouch(writer, "lesion", [made.id])
    return made.id


def _row(lesion: Lesion) -> dict[str, object]:
    known = lesion.diagnosis
    return {
        **vars(lesion),
        "diagnosis": known.label if known else "",
        "confirmed_by": known.confirmed_by.value if known else "",
        "confirmed_on": known.confirmed_on.isoformat() if known and known.confirmed_on else "",
        "in_words": known.in_words if known else "",
        "words": fold(lesion.label, lesion.notes, known.in_words if known else ""),
    }


def read_diagnosis(label: str, confirmed_by: str, confirmed_on: str, in_words: str) -> Diagnosis | None:
    """The diagnosis that stands in a lesion's columns; None when there is none."""
    if not label:
        return None
    day = date.fromisoformat(confirmed_on) if confirmed_on else None
    return Diagnosis(label, Confirmation(confirmed_by), day, in_words)


def _lesion(row: tuple[Any, ...]) -> Lesion:
    lesion_id, person, label, region, notes, *diagnosis, sound = row
    try:
        lesion = Lesion(lesion_id, person, label, region, notes, read_diagnosis(*diagnosis))
    except (ValueError, TypeError, RecordsError):
        # What of it can still be read is shown, as damaged.
        return Lesion(lesion_id, person, label, notes=notes, damaged=True)
    return lesion if sound else replace(lesion, damaged=True)
