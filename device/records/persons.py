"""Persons: who is examined, by a pseudonym or number."""

import secrets
import sqlite3
from dataclasses import replace
from typing import Any

from device.errors import ChangedError, MissingError, RecordsError, TakenError
from device.message import Message
from device.records.database import Database
from device.records.hashes import sound, vouch
from device.records.values import Person, Sex, revision_of
from device.records.words import fold, pseudonym_key

_COLUMNS = "id, pseudonym, name, birth_year, sex, skin_type, notes"
_SELECT = f"SELECT {_COLUMNS}, {sound('person')} FROM person"

_INSERT = (
    f"INSERT INTO person ({_COLUMNS}, words, pseudonym_key)"
    " VALUES (:id, :pseudonym, :name, :birth_year, :sex, :skin_type, :notes, :words, :key)"
)


class Persons:
    """The persons of a database. All methods raise RecordsError when the database or a value is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, pseudonym: str, **about: Any) -> Person:
        """A new person; `about` holds other fields of Person. Raises RecordsError for a known pseudonym."""
        person = Person(_new_id(), pseudonym.strip(), **about)
        self._write(_INSERT, person)
        return person

    def insert(self, writer: sqlite3.Connection, person: Person) -> Person:
        """One from elsewhere, with the id that it has there. Raises sqlite3.Error."""
        writer.execute(_INSERT, _row(person))
        vouch(writer, "person", [person.id])
        return person

    def change(self, person_id: str, revision: str = "", **changes: Any) -> Person:
        """The person with other fields. Raises RecordsError, also when there is no such person.

        Raises ChangedError when somebody has changed it since it had this `revision`.
        """
        person = self.get(person_id)
        if person is None:
            raise MissingError("no_such_person")
        if revision not in ("", revision_of(person)):
            raise ChangedError("changed_meanwhile")
        now, person = person, replace(person, damaged=False, **changes)
        self._write(
            "UPDATE person SET pseudonym = :pseudonym, name = :name, birth_year = :birth_year, sex = :sex,"
            " skin_type = :skin_type, notes = :notes, words = :words, pseudonym_key = :key WHERE id = :id",
            person,
            None if now.damaged else now,
        )
        return person

    def get(self, person_id: str) -> Person | None:
        """The person with this id, or None."""
        return _first(self._database.read(f"{_SELECT} WHERE id = ?", person_id))

    def known_as(self, pseudonym: str) -> Person | None:
        """The person with this pseudonym, or one that looks the same; or None."""
        return _first(
            self._database.read(
                f"{_SELECT} WHERE pseudonym_key = ? ORDER BY pseudonym <> ? LIMIT 1",
                pseudonym_key(pseudonym),
                pseudonym.strip(),
            )
        )

    def search(self, text: str = "", count: int = 24, after: str = "") -> list[Person]:
        """Up to `count` by pseudonym, of whom `text` is in pseudonym, name or notes; `after` pages on."""
        wanted = fold(text.strip())
        rows = self._database.read(
            f"{_SELECT} WHERE pseudonym > ? AND (? = '' OR instr(words, ?)) ORDER BY pseudonym LIMIT ?",
            after,
            wanted,
            wanted,
            count,
        )
        return [_person(*row) for row in rows]

    def _write(self, statement: str, person: Person, now: Person | None = None) -> None:
        person.check_texts()

        def work(writer: sqlite3.Connection) -> None:
            if now is not None:
                rows = writer.execute(f"{_SELECT} WHERE id = ?", (now.id,)).fetchall()
                if _first(rows) != now:
                    raise ChangedError("changed_meanwhile")
            # Of those of before there were keys, two may look the same; the table can't forbid it.
            others = "SELECT 1 FROM person WHERE pseudonym_key = :key AND id <> :id AND NOT EXISTS"
            itself = "(SELECT 1 FROM person WHERE id = :id AND pseudonym_key = :key)"
            if writer.execute(f"{others} {itself}", _row(person)).fetchone():
                raise TakenError("pseudonym", "pseudonym_taken")
            writer.execute(statement, _row(person))
            vouch(writer, "person", [person.id])

        try:
            self._database.write(work)
        except sqlite3.IntegrityError as error:
            raise TakenError("pseudonym", "pseudonym_taken") from error
        except sqlite3.Error as error:
            raise self._database.card.refusal(Message("person_not_saved"), error) from error


def _row(person: Person) -> dict[str, object]:
    return {
        **vars(person),
        "words": fold(person.pseudonym, person.name, person.notes),
        "key": pseudonym_key(person.pseudonym),
    }


def _new_id() -> str:
    return secrets.token_hex(8)


def _first(rows: list[Any]) -> Person | None:
    return _person(*rows[0]) if rows else None


def _person(
    person_id: str,
    pseudonym: str,
    name: str,
    birth_year: int | None,
    sex: str,
    skin_type: int | None,
    notes: str,
    sound: int,
) -> Person:
    try:
        person = Person(person_id, pseudonym, name, birth_year, Sex(sex), skin_type, notes)
    except (ValueError, TypeError, RecordsError):
        # What of it can still be read is shown, as damaged.
        return Person(person_id, pseudonym.strip() or person_id, name, notes=notes, damaged=True)
    return person if sound else replace(person, damaged=True)
