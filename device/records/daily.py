"""The daily copy of the database, that a damaged one is restored from."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from device.errors import RecordsError
from device.records import files
from device.records.database import Database
from device.records.merge import attached, list_missing, merge
from device.records.migrations import back_up
from device.records.salvage import salvage
from device.records.told import told


@dataclass(frozen=True)
class Offer:
    """A copy of the database that can be restored: when it was made, and how many examinations it holds."""

    path: Path
    made_at: datetime
    examinations: int


class DailyCopy:
    """The last sound copy of a database. All methods raise RecordsError when it can't be done."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._last_good = folder / "last-good.sqlite3"

    def keep(self) -> None:
        """Take the daily copy of the database, if it is sound."""
        damage = self._database.find_damage()
        if damage:
            raise RecordsError(f"the records are damaged ({damage}); restore the last good backup")
        with told("the daily copy could not be made"), closing(self._database.connect()) as source:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            back_up(source, self._last_good)

    def offer(self) -> Offer | None:
        """The last daily copy, or None."""
        try:
            made_at = datetime.fromtimestamp(self._last_good.stat().st_mtime, UTC)
            with closing(sqlite3.connect(f"file:{self._last_good}?mode=ro", uri=True)) as copy:
                count = copy.execute("SELECT count(*) FROM examination").fetchone()[0]
        except (OSError, sqlite3.Error):
            return None
        return Offer(self._last_good, made_at, count)

    def recover(self) -> int:
        """Bring back what can still be read of damaged databases, and what the last daily copy holds.

        What was added since stays; the damaged ones are then deleted. Returns how many examinations
        came back.
        """
        damaged = self._database.set_aside()
        if not damaged and self.offer() is None:
            raise RecordsError("there is no daily copy to restore; restore a backup file")
        count = 0
        with told("the records could not be restored"), files.room(self._folder) as room:
            # The damaged first, since it is the newer.
            for number, path in enumerate(damaged):
                copy = room / f"{number}.sqlite3"
                salvage(path, copy)
                count += self._merge_from(copy)
            if self.offer():
                count += self._merge_from(self._last_good)
            for path in damaged:
                for each in path.parent.glob(path.name + "*"):
                    each.unlink()
        return count

    def _merge_from(self, copy: Path) -> int:
        with attached(self._database, copy) as connection:
            # Their pictures still lie where they were.
            missing = list_missing(connection)
            merge(connection, missing)
        return len(missing)
