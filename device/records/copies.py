"""The copies of the database on the device itself, that a damaged one is brought back from."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from device.errors import RecordsError
from device.message import Message
from device.records.database import Database
from device.records.generations import Generations
from device.records.hashes import KEYS, add_functions, sound

_LAST_GOOD = "last-good.sqlite3"
"""What the one copy was called before there were several."""


@dataclass(frozen=True)
class Copy:
    """One copy: of which database (empty: not known), when it was made, and how many examinations it has."""

    path: Path
    store: str
    made_at: datetime
    examinations: int


class Copies:
    """Sound copies of a database. All methods raise RecordsError when it can't be done."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._generations = Generations(folder, "records", _contains)

    def paths(self) -> list[Path]:
        """All copies, newest first."""
        old = self._folder / _LAST_GOOD
        return [*self._generations.all(), *([old] if old.exists() else [])]

    def take(self, spare_bytes: int = 0) -> None:
        """Take a copy of the database if it is sound, and leave at least so much space."""
        damage = self._database.find_damage()
        if damage:
            raise RecordsError("records_damaged", damage=damage)
        what = Message("copy_not_made")
        with self._database.card.explain(what), closing(self._database.connect()) as source:
            newest = self._generations.take(source, spare_bytes)
            old = self._folder / _LAST_GOOD
            if old.exists() and _contains(newest, old):
                old.unlink()

    def all(self) -> list[Copy]:
        """What is known of those copies that can be read, newest first."""
        return [copy for path in self.paths() if (copy := _look_at(path))]

    def offer(self) -> Copy | None:
        """The newest of those copies that hold most; None when there is none, or nothing in them."""
        filled = [each for each in self.all() if each.examinations]
        return max(filled, key=lambda each: (each.examinations, each.made_at), default=None)


def _look_at(path: Path) -> Copy | None:
    try:
        made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
            count = copy.execute("SELECT count(*) FROM examination").fetchone()[0]
            tables = copy.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'store'").fetchone()[0]
            row = copy.execute("SELECT id FROM store").fetchone() if tables else None
    except (OSError, sqlite3.Error):
        return None
    return Copy(path, row[0] if row else "", made_at, count)


def _contains(newer: Path, older: Path) -> bool:
    """Whether each row of the older copy is in the newer one, and as sound there."""
    with closing(sqlite3.connect(newer, isolation_level=None)) as connection:
        add_functions(connection)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("ATTACH ? AS older", (str(older),))
        return not any(_lacks(connection, table, key) for table, key in KEYS.items())


def _lacks(connection: sqlite3.Connection, table: str, key: str) -> bool:
    absent = f"SELECT 1 FROM older.{table} WHERE {key} NOT IN (SELECT {key} FROM main.{table}) LIMIT 1"
    if connection.execute(absent).fetchone():
        return True
    damaged = f"SELECT {key} FROM main.{table} AS ours WHERE NOT {sound(table, 'ours')}"
    better = f"SELECT 1 FROM older.{table} AS theirs WHERE {key} = ? AND {sound(table, 'theirs')}"
    return any(connection.execute(better, row).fetchone() for row in connection.execute(damaged).fetchall())
