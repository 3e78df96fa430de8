"""Bringing back what a copy of the database holds and this one lacks; nothing here is lost by it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from device.records.database import Database

_BATCH = 100
"""So many rows at once, so that a press in the middle of it hardly waits."""

_PERSON = "id, pseudonym, name, birth_year, sex, skin_type, notes, words"
_LESION = "label, region, notes, diagnosis, confirmed_by, confirmed_on, in_words, words"
_EXAMINATION = "number, id, taken_at, triage, likeliest, malignancy, lesion, protected, notes, words"


@contextmanager
def attached(database: Database, copy: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own to `database`, with the copy attached as `copy`."""
    with closing(database.connect()) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("ATTACH ? AS copy", (str(copy),))
        yield connection


def merge(writer: sqlite3.Connection, wanted: list[str]) -> None:
    """Insert all persons and lesions of the attached `copy`, and its `wanted` examinations.

    Their pictures then stay. Raises sqlite3.Error.
    """
    with transaction(writer):
        _merge_persons(writer)
    for start in range(0, len(wanted), _BATCH):
        with transaction(writer):
            for examination in wanted[start : start + _BATCH]:
                _bring(writer, examination)


@contextmanager
def transaction(writer: sqlite3.Connection) -> Iterator[None]:
    """All that is written within, or none of it."""
    writer.execute("BEGIN IMMEDIATE")
    try:
        yield
        writer.execute("COMMIT")
    except BaseException:
        writer.rollback()
        raise


def list_missing(writer: sqlite3.Connection) -> list[str]:
    """Ids of examinations that the attached `copy` holds and the database doesn't. Raises sqlite3.Error."""
    rows = writer.execute(
        "SELECT id FROM copy.examination WHERE id NOT IN (SELECT id FROM main.examination) ORDER BY number"
    )
    return [found for (found,) in rows]


def _merge_persons(writer: sqlite3.Connection) -> None:
    """Insert the attached `copy`'s persons and lesions, and make way for its examinations.

    What is here stays as it is: it is the newer. The same pseudonym is the same person.
    """
    writer.execute(
        f"INSERT INTO main.person ({_PERSON}) SELECT {_PERSON} FROM copy.person AS theirs WHERE NOT EXISTS"
        " (SELECT 1 FROM main.person AS ours"
        " WHERE ours.id = theirs.id OR ours.pseudonym = theirs.pseudonym) ORDER BY number"
    )
    writer.execute(
        f"INSERT INTO main.lesion (id, person, {_LESION}) SELECT theirs.id,"
        " coalesce((SELECT id FROM main.person WHERE id = theirs.person),"
        " (SELECT ours.id FROM main.person AS ours JOIN copy.person AS known"
        " ON known.pseudonym = ours.pseudonym WHERE known.id = theirs.person)),"
        f" {_LESION} FROM copy.lesion AS theirs"
        " WHERE theirs.id NOT IN (SELECT id FROM main.lesion) ORDER BY number"
    )
    _make_way(writer)


def _make_way(writer: sqlite3.Connection) -> None:
    """Where numbers clash, what is only here becomes newer than all of the copy."""
    clash = writer.execute(
        "SELECT 1 FROM main.examination AS ours JOIN copy.examination AS theirs USING (number)"
        " WHERE ours.id <> theirs.id LIMIT 1"
    ).fetchone()
    if clash:
        writer.execute(
            "UPDATE main.examination SET number = number + (SELECT max(number) FROM"
            " (SELECT number FROM main.examination UNION ALL SELECT number FROM copy.examination))"
        )
        writer.execute(
            "UPDATE main.examination SET number ="
            " (SELECT number FROM copy.examination AS theirs WHERE theirs.id = examination.id)"
            " WHERE id IN (SELECT id FROM copy.examination)"
        )


def _bring(writer: sqlite3.Connection, examination_id: str) -> None:
    for statement in (
        f"INSERT INTO main.examination ({_EXAMINATION})"
        f" SELECT {_EXAMINATION} FROM copy.examination WHERE id = ?",
        "INSERT INTO main.document SELECT * FROM copy.document WHERE examination = ?",
        "INSERT INTO main.picture SELECT * FROM copy.picture WHERE examination = ?",
        "DELETE FROM main.unsettled WHERE id = ?",
    ):
        writer.execute(statement, (examination_id,))
