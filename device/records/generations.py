"""Several copies of a database: those of the last days, and of some weeks. None of them can be worsened."""

import logging
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from device.records import files
from device.records.migrations import back_up

DAYS = 3
"""The newest copies, one a day of running."""
WEEKS = 3
"""And of those before them the newest of so many weeks."""
_WEEK = 7

log = logging.getLogger(__name__)

Contains = Callable[[Path, Path], bool]
"""Whether the copy named first holds all that the second does. Raises sqlite3.Error when it can't be told."""


def superseded(numbers: Iterable[int], days: int = DAYS, weeks: int = WEEKS) -> list[int]:
    """Which copies, numbered as they were made, are neither of the last days nor stand for a week."""
    newest_first = sorted(numbers, reverse=True)
    of_weeks: dict[int, int] = {}
    for number in newest_first[days:]:
        of_weeks.setdefault(number // _WEEK, number)
    kept = {*newest_first[:days], *list(of_weeks.values())[:weeks]}
    return [number for number in newest_first if number not in kept]


class Generations:
    """Copies in a folder, `STEM-NUMBER.sqlite3`, numbered and not dated: a clock may jump.

    A copy is removed only when the newest `contains` all that it holds. So one that is poorer, or
    of another database, takes the place of none.
    """

    def __init__(
        self, folder: Path, stem: str, contains: Contains, days: int = DAYS, weeks: int = WEEKS
    ) -> None:
        self.folder, self._stem, self._contains = folder, stem, contains
        self._days, self._weeks = days, weeks
        self._name = re.compile(rf"{re.escape(stem)}-([0-9]{{6,}})\.sqlite3")

    def all(self) -> list[Path]:
        """The copies, newest first."""
        found = self._numbered()
        return [found[number] for number in sorted(found, reverse=True)]

    def take(self, source: sqlite3.Connection, spare_bytes: int = 0) -> Path:
        """A new copy of the database, and those gone that it makes needless.

        Leaves at least `spare_bytes` free: first by removing needless ones, then by taking none.
        Raises OSError and sqlite3.Error.
        """
        files.make_private_folder(self.folder)
        pages, size = (source.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        existing = self._numbered()
        wanted = pages * size + spare_bytes
        if existing and shutil.disk_usage(self.folder).free < wanted:
            newest = existing[max(existing)]
            self._drop([path for path in self.all() if path != newest], newest)
        if shutil.disk_usage(self.folder).free < wanted:
            raise OSError("there isn't enough space for it")
        number = 1 + max(existing, default=0)
        path = self.folder / f"{self._stem}-{number:06}.sqlite3"
        back_up(source, path)
        self._drop(
            [
                existing[old]
                for old in superseded([*existing, number], self._days, self._weeks)
                if old in existing
            ],
            path,
        )
        return path

    def _drop(self, paths: Iterable[Path], newest: Path) -> None:
        for path in paths:
            try:
                if self._contains(newest, path):
                    path.unlink()
                else:
                    log.warning("%s is kept: it holds what the newest copy doesn't", path.name)
            except (sqlite3.Error, OSError) as error:
                log.warning("%s is kept: it can't be compared with the newest copy (%s)", path.name, error)

    def _numbered(self) -> dict[int, Path]:
        names = ((self._name.fullmatch(path.name), path) for path in self.folder.glob("*.sqlite3"))
        return {int(name[1]): path for name, path in names if name}
