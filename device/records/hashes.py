"""The hash that vouches for a row: SHA-256 of what its columns hold, kept beside them.

SQLite's own check finds a damaged page, but not a changed letter within one.
"""

import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from device.records.words import pseudonym_key

_TEXTS = {
    "person": ("id", "pseudonym", "name", "sex", "notes", "words"),
    "lesion": (
        *("id", "person", "label", "region", "notes"),
        *("diagnosis", "confirmed_by", "confirmed_on", "in_words", "words"),
    ),
    "examination": ("id", "triage", "likeliest", "lesion", "notes", "words"),
    "document": ("examination", "document"),
    "opinion": ("id", "examination", "reader", "triage", "label", "checklist"),
    "follow_up": ("examination", "due_on", "set_by"),
    "consent": (
        *("id", "person", "scopes", "text", "given_at", "given_by", "noted_by", "signature"),
        *("withdrawn_at", "withdrawn_by"),
    ),
}
_NUMBERS = {
    "person": ("birth_year", "skin_type"),
    "lesion": (),
    "examination": ("taken_at", "malignancy", "protected", "clock_set"),
    "document": (),
    "opinion": ("said_at", "blind"),
    "follow_up": (),
    "consent": (),
}
_LATER = {"examination": {"source": "camera"}}
"""Columns of a later version, with what they hold in the rows of before, whose hashes don't know them."""
KEYS = {
    "person": "id",
    "lesion": "id",
    "examination": "id",
    "document": "examination",
    "opinion": "id",
    "follow_up": "examination",
    "consent": "id",
}
"""The tables whose rows have a hash, and by which column a row is known."""


def add_functions(connection: sqlite3.Connection) -> None:
    """Let SQL on this connection call `row_digest` and `pseudonym_key`, and `sha256` of a text."""
    connection.create_function("row_digest", -1, _digest, deterministic=True)
    connection.create_function("pseudonym_key", 1, pseudonym_key, deterministic=True)
    connection.create_function("sha256", 1, lambda text: sha256(text.encode()).digest(), deterministic=True)


def sound(table: str, name: str = "") -> str:
    """SQL that is 1 for a row of `table` as it was written, or of before there were hashes, and else 0.

    `name` is what the table is called in the statement.
    """
    name = name or table
    return f"({name}.sha256 IS NULL OR {name}.sha256 = {_expression(table, name)})"


def vouch(writer: sqlite3.Connection, table: str, keys: Iterable[str]) -> None:
    """Write the hashes of rows that were written in the same transaction. Raises sqlite3.Error."""
    writer.executemany(
        f"UPDATE {table} SET sha256 = {_expression(table, table)} WHERE {KEYS[table]} = ?",
        [(key,) for key in keys],
    )


@contextmanager
def vouched(writer: sqlite3.Connection, table: str, keys: Sequence[str]) -> Iterator[None]:
    """Let hashes follow what is changed in rows within; one that was damaged before stays known as such."""
    damaged = {
        key
        for key in keys
        if writer.execute(
            f"SELECT 1 FROM {table} WHERE {KEYS[table]} = ? AND NOT {sound(table)}", (key,)
        ).fetchone()
    }
    yield
    vouch(writer, table, [key for key in keys if key not in damaged])


def _expression(table: str, name: str) -> str:
    # As bytes: a damaged text may be no text any more.
    texts = [f"CAST({name}.{column} AS BLOB)" for column in _TEXTS[table]]
    first = [*texts, *(f"{name}.{column}" for column in _NUMBERS[table])]
    former, later = f"row_digest({', '.join(first)})", _LATER.get(table, {})
    if not later:
        return former
    as_before = " AND ".join(f"{name}.{column} = '{value}'" for column, value in later.items())
    whole = [*first, *(f"CAST({name}.{column} AS BLOB)" for column in later)]
    return f"CASE WHEN {as_before} THEN {former} ELSE row_digest({', '.join(whole)}) END"


def _digest(*values: bytes | str | int | float | None) -> bytes:
    """SHA-256 of the values, each after its kind and length, so that none can be taken for another."""
    total = sha256()
    for value in values:
        match value:
            case None:
                kind, data = b"-", b""
            case float():
                kind, data = b"f", struct.pack(">d", value)
            case int():
                kind, data = b"i", str(value).encode()
            case str():
                kind, data = b"s", value.encode()
            case _:
                kind, data = b"b", value
        total.update(kind + len(data).to_bytes(8, "big") + data)
    return total.digest()
