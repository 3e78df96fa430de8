"""Reading what can still be read of a damaged database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from device.records.migrations import NEWEST, migrate, version_of

_MOST_LOST = 20_000
"""So many numbers in a row without a readable row, and the rest of a table is given up."""


def salvage(damaged: Path, target: Path) -> None:
    """Copy whole rows from a damaged database into a new one at `target`, which is empty at worst.

    Raises sqlite3.Error when the new one can't be written.
    """
    with closing(sqlite3.connect(target, isolation_level=None)) as new:
        migrate(new, target.with_name("unused"))
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(damaged)) as old:
            if version_of(old) == NEWEST:
                _copy(old, new)


def _copy(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    new.execute("BEGIN")
    for table in ("person", "lesion", "examination", "document"):
        for row in _readable(old, table):
            with suppress(sqlite3.IntegrityError):
                new.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    new.execute("DELETE FROM document WHERE NOT json_valid(document)")
    new.execute("DELETE FROM lesion WHERE person NOT IN (SELECT id FROM person)")
    new.execute("DELETE FROM examination WHERE id NOT IN (SELECT examination FROM document)")
    new.execute("DELETE FROM document WHERE examination NOT IN (SELECT id FROM examination)")
    new.execute("UPDATE examination SET lesion = NULL WHERE lesion NOT IN (SELECT id FROM lesion)")
    # A hash that can't be read is taken anew at the next check.
    new.execute(
        "INSERT INTO picture SELECT examination, frame.key, NULL, 0 FROM document,"
        " json_each(document.document, '$.frames') AS frame"
        " UNION ALL SELECT examination, -1, NULL, 0 FROM document"
        " UNION SELECT examination, 0, NULL, 0 FROM document"
    )
    for (examination,) in new.execute("SELECT id FROM examination").fetchall():
        with suppress(sqlite3.DatabaseError):
            known = old.execute("SELECT * FROM picture WHERE examination = ?", (examination,)).fetchall()
            new.executemany("INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?)", known)
    new.execute("COMMIT")


def _readable(old: sqlite3.Connection, table: str) -> Iterator[Any]:
    """The rows of a table in their order, without those on pages that can't be read."""
    last, lost = 0, 0
    while lost < _MOST_LOST:
        try:
            for number, *row in old.execute(
                f"SELECT rowid, * FROM {table} WHERE rowid > ? ORDER BY rowid", (last,)
            ):
                last, lost = number, 0
                yield row
            return
        except sqlite3.DatabaseError:
            last, lost = last + 1, lost + 1
