"""Reading a database without writing anything, not even a lock: of a card that takes nothing more."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote


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


class ReadOnlyCopy:
    """A copy of a database and its log on another disk, the log worked into it."""

    def __init__(self, path: Path) -> None:
        self._folder = TemporaryDirectory(prefix="dermapoint-")
        self.path = Path(self._folder.name) / path.name
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, self.path.with_name(path.name + suffix))
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("PRAGMA journal_mode = DELETE")

    def remove(self) -> None:
        """Delete it."""
        self._folder.cleanup()
