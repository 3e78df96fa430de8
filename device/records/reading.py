"""Reading a database without writing anything, not even a lock: of a card that takes nothing more."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from device.records.files import open_room


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing. Raises sqlite3.Error when its log needs to be written to be read."""
    wal = path.with_name(path.name + "-wal")
    alone = not wal.exists() or wal.stat().st_size == 0
    # What can't be written doesn't change, and needs no lock (sqlite.org/c3ref/open.html).
    uri = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if alone else ''}"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the database, or to a copy where its log would have to be written to be read."""
    copy = None
    try:
        connection = connect_read_only(path)
    except sqlite3.Error:
        copy = ReadOnlyCopy(path)
        connection = connect_read_only(copy.path)
    try:
        yield connection
    finally:
        connection.close()
        if copy:
            copy.remove()


class ReadOnlyCopy:
    """A copy of a database and its log on another disk, the log worked into it."""

    def __init__(self, path: Path) -> None:
        files = [path.with_name(path.name + suffix) for suffix in ("", "-wal")]
        sizes = sum(file.stat().st_size for file in files if file.exists())
        self._folder = open_room(path.parent, 2 * sizes)
        self.path = Path(self._folder.name) / path.name
        for file in files:
            if file.exists():
                shutil.copyfile(file, self.path.with_name(file.name))
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("PRAGMA journal_mode = DELETE")

    def remove(self) -> None:
        """Delete it."""
        self._folder.cleanup()
