"""Brings a database to the schema of this program, one numbered step after the other.

`0002.sql` makes version 2 of version 1; `PRAGMA user_version` holds the version. A database of
before there were numbers has 0 there, and its one table is version 1's.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from device.errors import RecordsError
from device.message import Message
from device.records import files
from device.records.hashes import add_functions

STEPS = sorted(Path(__file__).parent.glob("[0-9][0-9][0-9][0-9].sql"))
"""The scripts that make version 1, 2 and on."""
NEWEST = len(STEPS)
"""The schema version that this program reads and writes."""

BEFORE = "before-"
"""What names of copies begin with that were made before such steps."""

_INCREMENTAL = 2


def version_of(database: sqlite3.Connection) -> int:
    """The schema version; 0 is an empty database."""
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version:
        return version
    tables = database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'examination'")
    return int(tables.fetchone()[0])


def migrate(database: sqlite3.Connection, copy: Path, steps: list[Path] | None = None) -> bool:
    """Bring `database` to the newest version, all steps or none; whether anything was to be done.

    What was there before is copied to `copy` first. Raises RecordsError when a step fails,
    with the database unchanged, or when a newer Dermapoint has written it.
    """
    steps = STEPS if steps is None else steps
    add_functions(database)
    version = version_of(database)
    if version > len(steps):
        raise RecordsError("records_newer", version=version, known=len(steps))
    if version < len(steps):
        if version:
            files.make_private_folder(copy.parent)
            back_up(database, copy)
        _take(database, steps, version, copy)
    if database.execute("PRAGMA auto_vacuum").fetchone()[0] != _INCREMENTAL:
        # Only so can free pages be given back; it takes effect by a VACUUM (sqlite.org/pragma.html).
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("VACUUM")
    return version < len(steps)


def back_up(database: sqlite3.Connection, copy: Path) -> None:
    """A copy of the database as one file, whole or not there, also while others write to it."""
    unfinished = copy.with_name(copy.name + ".part")
    try:
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(unfinished)) as target:
            database.backup(target)
            # A copy in WAL mode would grow files beside it when it is read.
            target.execute("PRAGMA journal_mode = DELETE")
        files.sync(unfinished)
        files.give_to_owner(unfinished)
        unfinished.replace(copy)
        files.sync_folder(copy.parent)
    except (OSError, sqlite3.Error):
        for suffix in ("", "-journal", "-wal", "-shm"):
            unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
        raise


def _take(database: sqlite3.Connection, steps: list[Path], version: int, copy: Path) -> None:
    database.execute("PRAGMA foreign_keys = OFF")
    try:
        script = "\n".join(step.read_text() for step in steps[version:])
        database.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {len(steps)};")
        if database.execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.IntegrityError("a row names another that isn't there")
        database.commit()
    except sqlite3.Error as error:
        database.rollback()
        kept = Message("as_they_were", copy=str(copy)) if version else Message("nothing_made")
        raise RecordsError(
            "records_not_migrated", version=version, newest=len(steps), cause=error, kept=kept
        ) from error
