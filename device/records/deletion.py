"""Deletion that truly deletes: rows, pictures, free pages, and what backups on the device hold of them."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from device.errors import RecordsError
from device.message import Message
from device.records import files
from device.records.database import Database
from device.records.examinations import erase
from device.records.hashes import add_functions, vouched
from device.records.migrations import BEFORE, NEWEST, migrate, version_of
from device.records.pictures import OVERVIEW, Pictures

Erase = Callable[[sqlite3.Connection], object]


class Deletion:
    """Deletes over a database and its pictures. All methods raise RecordsError when the disk refuses.

    What was begun when the power went is done at the next start. `clean` is false while old
    pages still lie in the log because someone was reading; `tidy` tries again.
    """

    def __init__(self, database: Database, pictures: Pictures, backups: Path) -> None:
        self._database, self._pictures, self._backups = database, pictures, backups
        self.clean = True

    def examinations(self, ids: Iterable[str]) -> None:
        """Delete examinations with all that belongs to them; one that isn't there is no error."""
        doomed = list(ids)
        self._delete(doomed, lambda writer: erase(writer, doomed))

    def lesion(self, lesion_id: str) -> None:
        """Delete a lesion with its examinations."""
        rows = self._database.read("SELECT id FROM examination WHERE lesion = ?", lesion_id)
        doomed = [found for (found,) in rows]

        def work(writer: sqlite3.Connection) -> None:
            _release(writer, "lesion = ?", lesion_id, doomed)
            writer.execute("DELETE FROM lesion WHERE id = ?", (lesion_id,))

        self._delete(doomed, work)

    def person(self, person_id: str) -> None:
        """Delete a person with their lesions and examinations."""
        of_person = "lesion IN (SELECT id FROM lesion WHERE person = ?)"
        rows = self._database.read(f"SELECT id FROM examination WHERE {of_person}", person_id)
        doomed = [found for (found,) in rows]

        def work(writer: sqlite3.Connection) -> None:
            _release(writer, of_person, person_id, doomed)
            writer.execute("DELETE FROM lesion WHERE person = ?", (person_id,))
            writer.execute("DELETE FROM person WHERE id = ?", (person_id,))

        self._delete(doomed, work)

    def settle(self, ids: Sequence[str]) -> None:
        """Remove the files of ids that have no row, finished or not: after a loss of power."""
        try:
            self._pictures.remove_all(ids)
            self._forget(ids)
        except (OSError, sqlite3.Error) as error:
            raise self._refused(error) from error

    def tidy(self) -> None:
        """Overwrite and give back the pages of what was deleted, where that isn't done yet."""
        if not self.clean:
            try:
                self.clean = self._database.give_back_free_pages()
            except sqlite3.Error as error:
                raise self._refused(error) from error

    def _delete(self, ids: Sequence[str], work: Erase) -> None:
        # The backups first: a deletion that was cut short is asked for again as long as the row is there.
        try:
            self._erase_from_backups(work)
            frames = {each: self._frames(each) for each in ids}
            self._database.write(work)
            self.clean = False
            for each, numbers in frames.items():
                self._pictures.remove(each, numbers)
            self._forget(ids)
        except (OSError, sqlite3.Error) as error:
            raise self._refused(error) from error
        self.tidy()

    def _refused(self, error: Exception) -> RecordsError:
        return self._database.card.refusal(Message("not_deleted"), error, "try_again")

    def _frames(self, examination_id: str) -> list[int]:
        rows = self._database.read("SELECT frame FROM picture WHERE examination = ?", examination_id)
        # An overview that was cut short by a loss of power lies here without a row.
        return [*(frame for (frame,) in rows), OVERVIEW]

    def _forget(self, ids: Iterable[str]) -> None:
        rows = [(each,) for each in ids]
        self._database.write(lambda writer: writer.executemany("DELETE FROM unsettled WHERE id = ?", rows))

    def _erase_from_backups(self, work: Erase) -> None:
        for path in self._backups.glob("*.sqlite3"):
            # Those of who may enter hold nothing of an examination.
            if path.name.startswith("access-"):
                continue
            if path.name.startswith(BEFORE):
                path.unlink()
                continue
            try:
                with closing(sqlite3.connect(path, isolation_level=None)) as backup:
                    if version_of(backup) < NEWEST:
                        migrate(backup, path.with_name(f"{BEFORE}of-{path.name}"))
                    _erase_from(backup, work)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                # What a damaged copy holds can't be told, nor erased from it: a recovery may need it.
                files.make_private_folder(self._database.aside)
                path.replace(self._database.aside / path.name)


def _erase_from(backup: sqlite3.Connection, work: Erase) -> None:
    add_functions(backup)
    backup.execute("PRAGMA foreign_keys = ON")
    backup.execute("PRAGMA secure_delete = ON")
    backup.execute("BEGIN IMMEDIATE")
    work(backup)
    backup.execute("DELETE FROM unsettled")
    backup.execute("COMMIT")
    backup.executescript("PRAGMA incremental_vacuum")


def _release(writer: sqlite3.Connection, condition: str, value: str, doomed: Sequence[str]) -> None:
    """Delete the doomed; what was assigned in the meantime, or only in a backup, is set free."""
    erase(writer, doomed)
    rows = writer.execute(f"SELECT id FROM examination WHERE {condition}", (value,)).fetchall()
    with vouched(writer, "examination", [found for (found,) in rows]):
        writer.execute(f"UPDATE examination SET lesion = NULL WHERE {condition}", (value,))
