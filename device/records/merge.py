"""Bringing back what a copy of the database holds and this one lacks; nothing here is lost by it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from device.records.database import Database
from device.records.hashes import KEYS, sound, vouch
from device.records.opinions import COLUMNS

_BATCH = 100
"""So many rows at once, so that a press in the middle of it hardly waits."""

_PERSON = "id, pseudonym, name, birth_year, sex, skin_type, notes, words, pseudonym_key, sha256"
_LESION = "label, region, notes, diagnosis, confirmed_by, confirmed_on, in_words, words, sha256"
_EXAMINATION = "taken_at, triage, likeliest, malignancy, protected, notes, words, clock_set, source, sha256"
_DOCUMENT = "examination, document, sha256"
_OPINION = f"{COLUMNS}, sha256"
_FOLLOW_UP = "examination, due_on, set_by, sha256"
_CONSENT = "scopes, text, given_at, given_by, noted_by, signature, withdrawn_at, withdrawn_by, sha256"

# Who here is the person whom a row of the copy names: by the same id, or by a pseudonym that looks the same.
_WHOSE = (
    "coalesce((SELECT id FROM main.person WHERE id = theirs.person),"
    " (SELECT ours.id FROM main.person AS ours JOIN copy.person AS known"
    " ON known.pseudonym_key = ours.pseudonym_key WHERE known.id = theirs.person))"
)


@contextmanager
def attached(database: Database, copy: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own to `database`, with the copy attached as `copy`."""
    with closing(database.connect()) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("ATTACH ? AS copy", (str(copy),))
        yield connection


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


def merge(writer: sqlite3.Connection, wanted: list[str]) -> None:
    """Insert all persons and lesions of the attached `copy`, and its `wanted` examinations.

    Their pictures then stay. Raises sqlite3.Error.
    """
    merge_persons(writer)
    merge_examinations(writer, wanted)


def list_missing(
    writer: sqlite3.Connection, only_sound: bool = False, but_deleted: bool = False
) -> list[str]:
    """Ids of examinations that the attached `copy` holds and the database doesn't. Raises sqlite3.Error.

    With `only_sound` those alone that are as they were saved; with `but_deleted` none that was deleted here.
    """
    whole = f"said.document IS NOT NULL AND {sound('examination', 'theirs')} AND {sound('document', 'said')}"
    stays = "sha256(id) NOT IN (SELECT digest FROM main.deleted)"
    rows = writer.execute(
        "SELECT id FROM copy.examination AS theirs LEFT JOIN copy.document AS said ON said.examination = id"
        f" WHERE id NOT IN (SELECT id FROM main.examination) AND {whole if only_sound else '1'}"
        f" AND {stays if but_deleted else '1'} ORDER BY number"
    )
    return [found for (found,) in rows]


def merge_persons(writer: sqlite3.Connection, only_sound: bool = False) -> None:
    """Insert the persons and lesions of the attached `copy` that are missing here.

    What is here stays as it is: it is the newer. Pseudonyms that look the same are the same person.
    """
    person, lesion = (sound(table, "theirs") if only_sound else "1" for table in ("person", "lesion"))
    with transaction(writer):
        writer.execute(
            f"INSERT INTO main.person ({_PERSON}) SELECT {_PERSON} FROM copy.person AS theirs"
            f" WHERE {person} AND NOT EXISTS (SELECT 1 FROM main.person AS ours"
            " WHERE ours.id = theirs.id OR ours.pseudonym = theirs.pseudonym"
            " OR ours.pseudonym_key = theirs.pseudonym_key) ORDER BY number"
        )
        rows = writer.execute(
            f"SELECT theirs.id, theirs.person, {_WHOSE} AS whose FROM copy.lesion AS theirs"
            f" WHERE {lesion} AND whose IS NOT NULL"
            " AND theirs.id NOT IN (SELECT id FROM main.lesion) ORDER BY number"
        ).fetchall()
        for lesion_id, theirs, ours in rows:
            writer.execute(
                f"INSERT INTO main.lesion (id, person, {_LESION})"
                f" SELECT id, ?, {_LESION} FROM copy.lesion WHERE id = ?",
                (ours, lesion_id),
            )
            if ours != theirs:
                vouch(writer, "lesion", [lesion_id])
        _merge_consents(writer, only_sound)


def _merge_consents(writer: sqlite3.Connection, only_sound: bool) -> None:
    """One that is here stays, also when it was withdrawn since."""
    is_sound = sound("consent", "theirs") if only_sound else "1"
    rows = writer.execute(
        f"SELECT theirs.id, theirs.person, {_WHOSE} AS whose FROM copy.consent AS theirs WHERE {is_sound}"
        " AND whose IS NOT NULL AND theirs.id NOT IN (SELECT id FROM main.consent) ORDER BY number"
    ).fetchall()
    for consent_id, theirs, ours in rows:
        writer.execute(
            f"INSERT INTO main.consent (id, person, {_CONSENT})"
            f" SELECT id, ?, {_CONSENT} FROM copy.consent WHERE id = ?",
            (ours, consent_id),
        )
        if ours != theirs:
            vouch(writer, "consent", [consent_id])


def merge_examinations(writer: sqlite3.Connection, wanted: list[str]) -> None:
    """Insert examinations of the attached `copy` that are missing here; their lesions go before them.

    And opinions on whatever is here then.
    """
    with transaction(writer):
        _make_way(writer)
    for start in range(0, len(wanted), _BATCH):
        with transaction(writer):
            for examination in wanted[start : start + _BATCH]:
                _insert(writer, examination)
    with transaction(writer):
        writer.execute(
            f"INSERT OR IGNORE INTO main.opinion ({_OPINION}) SELECT {_OPINION} FROM copy.opinion"
            " WHERE examination IN (SELECT id FROM main.examination) ORDER BY number"
        )


def mend(writer: sqlite3.Connection) -> int:
    """Put sound rows of the attached `copy` in the place of damaged ones here; how many."""
    count = 0
    columns = {
        "person": _PERSON,
        "lesion": f"person, {_LESION}",
        "examination": _EXAMINATION,
        "document": _DOCUMENT,
        "opinion": _OPINION,
        "follow_up": _FOLLOW_UP,
        "consent": f"person, {_CONSENT}",
    }
    for table, key in KEYS.items():
        damaged = f"SELECT {key} FROM main.{table} AS ours WHERE NOT {sound(table, 'ours')}"
        names = columns[table]
        lesion = ", lesion" if table == "examination" else ""
        with transaction(writer):
            for row in writer.execute(damaged).fetchall():
                count += writer.execute(
                    f"UPDATE main.{table} SET ({names}{lesion}) = (SELECT {names}{lesion} FROM copy.{table}"
                    f" WHERE {key} = ?1) WHERE {key} = ?1"
                    f" AND EXISTS (SELECT 1 FROM copy.{table} AS theirs WHERE {key} = ?1"
                    f" AND theirs.sha256 IS NOT NULL AND {sound(table, 'theirs')})",
                    row,
                ).rowcount
    with transaction(writer):
        writer.execute(
            "UPDATE main.picture AS ours SET sha256 = theirs.sha256, bytes = theirs.bytes"
            " FROM copy.picture AS theirs WHERE ours.sha256 IS NULL AND theirs.sha256 IS NOT NULL"
            " AND theirs.examination = ours.examination AND theirs.frame = ours.frame"
        )
    return count


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


def _insert(writer: sqlite3.Connection, examination_id: str) -> None:
    # A lesion that is lost, or that is somebody else's here, leaves it unassigned.
    known = "(SELECT id FROM main.lesion WHERE id = theirs.lesion)"
    writer.execute(
        f"INSERT INTO main.examination (number, id, lesion, {_EXAMINATION})"
        f" SELECT number, id, {known}, {_EXAMINATION} FROM copy.examination AS theirs WHERE id = ?",
        (examination_id,),
    )
    lost = "SELECT 1 FROM copy.examination WHERE id = ? AND lesion NOT IN (SELECT id FROM main.lesion)"
    if writer.execute(lost, (examination_id,)).fetchone():
        vouch(writer, "examination", [examination_id])
    for statement in (
        f"INSERT INTO main.document ({_DOCUMENT})"
        f" SELECT {_DOCUMENT} FROM copy.document WHERE examination = ?",
        "INSERT INTO main.picture SELECT * FROM copy.picture WHERE examination = ?",
        f"INSERT INTO main.follow_up ({_FOLLOW_UP})"
        f" SELECT {_FOLLOW_UP} FROM copy.follow_up WHERE examination = ?",
        "DELETE FROM main.unsettled WHERE id = ?",
        "DELETE FROM main.deleted WHERE digest = sha256(?)",
    ):
        writer.execute(statement, (examination_id,))
