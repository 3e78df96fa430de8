"""Reading what can still be read of a damaged database."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from device.records.migrations import migrate

_MOST_LOST = 20_000
"""So many numbers in a row without a readable row, and the rest of a table is given up."""

_MOST_PAGES = 1 << 20
"""A damaged header may name any number of pages."""

_TABLES = ("store", "person", "lesion", "examination", "document", "opinion", "follow_up", "consent")

# The database file format (sqlite.org/fileformat2.html, section 1.3): where its header has what.
_MAGIC = b"SQLite format 3\0"
_PAGE_SIZE, _VERSIONS, _PAGES = slice(16, 18), slice(18, 20), slice(28, 32)
_WAL_VERSIONS = b"\2\2"


def salvage(damaged: Path, target: Path, samples: Sequence[Path] = ()) -> None:
    """Copy whole rows from damaged records into a new database at `target`, which is empty at worst.

    Rows that name others which are lost are copied all the same: another copy may hold those.
    `samples` are as those of `salvage_tables`. Raises OSError and sqlite3.Error when `target` can't
    be written.
    """
    with closing(sqlite3.connect(target, isolation_level=None)) as new:
        migrate(new, target.with_name("unused"))
        new.execute("DELETE FROM store")
        salvage_tables(damaged, new, _TABLES, target.with_name(f"{target.name}-damaged"), samples, _finish)


def salvage_tables(
    damaged: Path,
    new: sqlite3.Connection,
    tables: Sequence[str],
    work: Path,
    samples: Sequence[Path] = (),
    finish: Callable[[sqlite3.Connection, sqlite3.Connection], None] = lambda old, new: None,
) -> bool:
    """Copy whole rows of `tables` into `new`, which has the same; False when no table was found.

    The damaged database stays as it is: `work` is where a copy of it may lie. `samples` are sound
    copies of the same database; where the first page is damaged, theirs takes its place. `finish`
    is called with both before what was copied is committed. Raises OSError and sqlite3.Error.
    """
    # Its own once more: where the file was cut off, the size in its header is wrong.
    for first_page in (None, *(_first_page(path) for path in (damaged, *samples))):
        if first_page is None or first_page:
            _copy_to(work, damaged, first_page)
            if _copy_rows(work, new, tables, finish):
                return True
    return False


def readable_rows(old: sqlite3.Connection, table: str, columns: Sequence[str]) -> Iterator[Any]:
    """The rows of a table in their order, without those on pages that can't be read."""
    last, lost = 0, 0
    while lost < _MOST_LOST:
        try:
            for number, *row in old.execute(
                f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE rowid > ? ORDER BY rowid", (last,)
            ):
                last, lost = number, 0
                yield row
            return
        except sqlite3.DatabaseError:
            last, lost = last + 1, lost + 1


def _copy_rows(
    damaged: Path,
    new: sqlite3.Connection,
    tables: Sequence[str],
    finish: Callable[[sqlite3.Connection, sqlite3.Connection], None],
) -> bool:
    try:
        with closing(sqlite3.connect(damaged, isolation_level=None)) as old:
            old.text_factory = lambda data: data.decode(errors="replace")
            shared = {table: _shared_columns(old, new, table) for table in tables}
            if not any(shared.values()):
                return False
            new.execute("BEGIN")
            for table, columns in shared.items():
                places = ", ".join("?" * len(columns))
                for row in readable_rows(old, table, columns) if columns else ():
                    with suppress(sqlite3.IntegrityError):
                        new.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", row)
            finish(old, new)
            new.execute("COMMIT")
            return True
    except sqlite3.DatabaseError:
        if new.in_transaction:
            new.execute("ROLLBACK")
        return False


def _finish(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    new.execute("UPDATE person SET pseudonym_key = pseudonym_key(pseudonym) WHERE pseudonym_key = ''")
    _copy_pictures(old, new)
    with suppress(sqlite3.DatabaseError):
        rows = old.execute("SELECT digest FROM deleted").fetchall()
        new.executemany("INSERT OR IGNORE INTO deleted VALUES (?)", rows)


def _copy_pictures(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    # A hash that can't be read is taken anew at the next check.
    new.execute(
        "INSERT OR IGNORE INTO picture SELECT examination, frame.key, NULL, 0 FROM document,"
        " json_each(document.document, '$.frames') AS frame WHERE json_valid(document.document)"
        " UNION ALL SELECT examination, -1, NULL, 0 FROM document"
        " UNION SELECT examination, 0, NULL, 0 FROM document"
    )
    for (examination,) in new.execute("SELECT id FROM examination").fetchall():
        with suppress(sqlite3.DatabaseError):
            known = old.execute("SELECT * FROM picture WHERE examination = ?", (examination,)).fetchall()
            new.executemany("INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?)", known)


def _shared_columns(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> list[str]:
    """The columns that both have: the old one may be of an earlier version."""
    there, here = (
        [name for (name,) in each.execute("SELECT name FROM pragma_table_info(?)", (table,))]
        for each in (old, new)
    )
    return [name for name in here if name in there]


def _first_page(sample: Path) -> bytes:
    """The first page of a sound database: its header, and where its tables begin. Empty: it can't be read."""
    with suppress(OSError), sample.open("rb") as file:
        header = file.read(100)
        if header.startswith(_MAGIC):
            size = int.from_bytes(header[_PAGE_SIZE], "big")
            return header + file.read((65536 if size == 1 else size) - len(header))
    return b""


def _copy_to(copy: Path, damaged: Path, first_page: bytes | None) -> None:
    """A copy to work on, with another first page if one is given."""
    for suffix in ("", "-wal"):
        source, target = (path.with_name(path.name + suffix) for path in (damaged, copy))
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
    if first_page:
        with copy.open("r+b") as file:
            page = bytearray(first_page)
            named, there = int.from_bytes(page[_PAGES], "big"), file.seek(0, 2) // len(page)
            # A table whose first page was cut off would keep all others from being read: there it is, empty.
            pages = max(there, min(named, _MOST_PAGES))
            file.truncate(pages * len(page))
            page[_PAGES] = pages.to_bytes(4, "big")
            page[_VERSIONS] = _WAL_VERSIONS
            file.seek(0)
            file.write(page)
