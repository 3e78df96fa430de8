"""The rows of a database from elsewhere: copied into tables of our own, and checked there."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from device.documents import EXAMINATION_ID, ID, read_examination, read_json
from device.errors import RecordsError
from device.message import Message
from device.records.consents import read_consent
from device.records.hashes import KEYS, vouched
from device.records.migrations import STEPS, migrate, version_of
from device.records.opinions import COLUMNS, LONGEST_READER, opinion_from_row
from device.records.pictures import OVERVIEW
from device.records.values import LONGEST_NAME, Confirmation, Diagnosis, Lesion, Person, Sex
from device.records.words import check_text

_LONGEST_VALUE = 16 << 20
_BATCH = 500
_LONGEST_ID = 60

_COMMENT = re.compile(r"--[^\n]*")
_NOT_COPIED = ("deleted", "unsettled", "sqlite_sequence")
"""What was deleted or begun on another device is no matter of this one."""

WRONG = (ValueError, LookupError, TypeError, AttributeError, RecordsError)
"""What values of a wrong kind lead to."""


def copy_rows(foreign: Path, target: Path) -> list[Message]:
    """Copy what can be believed into a new database at `target`; what is left out, and why.

    Raises RecordsError for what are no records, sqlite3.Error for a damaged database.
    """
    with (
        closing(sqlite3.connect(f"{foreign.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as old,
        closing(sqlite3.connect(target, isolation_level=None)) as new,
    ):
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
            old.execute(f"PRAGMA {pragma}")
        old.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        version = version_of(old)
        if version > len(STEPS):
            # It says which Dermapoint can read it.
            migrate(old, target.with_name("unused"))
        migrate(new, target.with_name("unused"), STEPS[:version])
        if not version or _schema(old) != _schema(new):
            raise RecordsError("backup_tables")
        new.execute("BEGIN")
        for table in _tables(new):
            _copy(old, new, table)
        new.execute("COMMIT")
        migrate(new, target.with_name("unused"))
        return _leave_out(new)


def _schema(database: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """Every table, index, trigger and view with its SQL, without comments and layout."""
    rows = database.execute("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat_'")
    return {(kind, name): _plain(sql or "") for kind, name, sql in rows}


def _plain(sql: str) -> str:
    return " ".join(_COMMENT.sub("", sql).split())


def _tables(new: sqlite3.Connection) -> list[str]:
    rows = new.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in rows if name not in _NOT_COPIED]


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> None:
    # A step may have put a row of its own there.
    new.execute(f"DELETE FROM {table}")
    rows = old.execute(f"SELECT * FROM {table}")
    places = ", ".join("?" * len(rows.description))
    while batch := rows.fetchmany(_BATCH):
        # Tables are STRICT: a value of another type is refused.
        new.executemany(f"INSERT INTO {table} VALUES ({places})", batch)


def _leave_out(new: sqlite3.Connection) -> list[Message]:
    """Delete from the new database what can't be believed; what that is, and why."""
    new.execute("BEGIN")
    left_out: list[Message] = []
    for table, check in (
        ("person", _check_person),
        ("lesion", _check_lesion),
        ("consent", _check_consent),
    ):
        left_out += _delete_wrong(new, table, f"SELECT * FROM {table}", check)
    with_id = "SELECT examination AS id, due_on, set_by FROM follow_up"
    _delete_wrong(new, "follow_up", with_id, _check_follow_up)
    new.execute("DELETE FROM lesion WHERE person NOT IN (SELECT id FROM person)")
    homeless = "FROM examination WHERE lesion NOT IN (SELECT id FROM lesion)"
    ids = [found for (found,) in new.execute(f"SELECT id {homeless}")]
    with vouched(new, "examination", ids):
        new.executemany("UPDATE examination SET lesion = NULL WHERE id = ?", [(each,) for each in ids])
    with_document = (
        "SELECT examination.*, document FROM examination"
        " LEFT JOIN document ON document.examination = examination.id"
    )
    left_out += _delete_wrong(new, "examination", with_document, _check_examination)
    left_out += _delete_wrong(new, "opinion", f"SELECT {COLUMNS} FROM opinion", _check_opinion)
    for table in ("document", "picture", "opinion", "withheld", "follow_up"):
        new.execute(f"DELETE FROM {table} WHERE examination NOT IN (SELECT id FROM examination)")
    new.execute("DELETE FROM consent WHERE person NOT IN (SELECT id FROM person)")
    new.execute(f"DELETE FROM picture WHERE frame NOT BETWEEN {OVERVIEW} AND 98")
    new.execute("COMMIT")
    if left_out and not new.execute("SELECT 1 FROM examination").fetchone():
        raise RecordsError("backup_without_examinations")
    return left_out


def _delete_wrong(
    new: sqlite3.Connection, table: str, statement: str, check: Callable[[dict[str, Any]], None]
) -> list[Message]:
    found = [(row["id"], _find_wrong(check, row)) for row in _rows(new, statement)]
    wrong = [(each, reason) for each, reason in found if reason]
    new.executemany(f"DELETE FROM {table} WHERE {KEYS[table]} = ?", [(each,) for each, _ in wrong])
    # It may be any text; so many letters are enough to find it by.
    return [Message("row_left_out", id=each[:_LONGEST_ID], reason=reason) for each, reason in wrong]


def _rows(new: sqlite3.Connection, statement: str) -> Iterator[dict[str, Any]]:
    found = new.execute(statement)
    names = [column[0] for column in found.description]
    for row in found:
        yield dict(zip(names, row, strict=True))


def _find_wrong(check: Callable[[dict[str, Any]], None], row: dict[str, Any]) -> Message | None:
    """What of the row can't be; None when all can."""
    try:
        check(row)
    except RecordsError as error:
        return error.message
    except WRONG as error:
        return Message("value_refused", value=str(error)[:_LONGEST_ID])
    return None


def _check_person(row: dict[str, Any]) -> None:
    _check_ids(ID, row["id"])
    known = ("id", "pseudonym", "name", "birth_year", "skin_type", "notes")
    Person(**{name: row[name] for name in known}, sex=Sex(row["sex"])).check_texts()


def _check_lesion(row: dict[str, Any]) -> None:
    _check_ids(ID, row["id"], row["person"])
    diagnosis = None
    if row["diagnosis"]:
        diagnosis = Diagnosis(row["diagnosis"], Confirmation(row["confirmed_by"]), None, row["in_words"])
    known = ("id", "person", "label", "region", "notes")
    Lesion(**{name: row[name] for name in known}, diagnosis=diagnosis).check_texts()


def _check_consent(row: dict[str, Any]) -> None:
    _check_ids(ID, row["id"], row["person"])
    read_consent(row).check_texts()


def _check_follow_up(row: dict[str, Any]) -> None:
    if row["due_on"]:
        date.fromisoformat(row["due_on"])
    check_text("set_by", row["set_by"], LONGEST_NAME)


def _check_examination(row: dict[str, Any]) -> None:
    _check_ids(EXAMINATION_ID, row["id"])
    examination = read_examination(read_json(row["document"]))
    finding = examination.finding
    if (row["id"], row["triage"]) != (examination.id, finding.triage.value):
        raise ValueError("triage")
    if row["source"] != examination.source.value:
        raise ValueError("source")
    if row["likeliest"] not in ("", *finding.classes.output_codes) or not 0 <= row["malignancy"] <= 1:
        raise ValueError("likeliest")
    check_text("notes", row["notes"], _LONGEST_VALUE)


def _check_opinion(row: dict[str, Any]) -> None:
    _check_ids(ID, row["id"])
    _check_ids(EXAMINATION_ID, row["examination"])
    check_text("reader", opinion_from_row(tuple(row.values())).reader, LONGEST_READER)


def _check_ids(pattern: re.Pattern[str], *ids: str) -> None:
    if not all(pattern.fullmatch(each) for each in ids):
        raise ValueError("id")
