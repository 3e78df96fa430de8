"""Persons, lesions, examinations and their pictures: SQLite and JPEG files. Nothing else writes to disk."""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from device.errors import MissingError, RecordsError
from device.examination import Examination
from device.images import RGBImage
from device.message import Message, joined
from device.records import files
from device.records.backup import Backups
from device.records.card import Card
from device.records.caretaker import Caretaker
from device.records.consents import Consents
from device.records.copies import Copies
from device.records.database import CHECKED_AT_START, Database
from device.records.deletion import Deletion
from device.records.draft import Draft
from device.records.examinations import Examinations
from device.records.follow_ups import FollowUps, Months
from device.records.importer import Importer
from device.records.integrity import Integrity
from device.records.lesions import Lesions
from device.records.opinions import Opinions
from device.records.overviews import Overviews
from device.records.persons import Persons
from device.records.pictures import THUMBNAIL, Pictures
from device.records.recovery import Recovery
from device.records.reserve import Reserve
from device.records.retention import Retention, Rules
from device.records.search import Query, count, find, whom
from device.records.values import LONGEST_NOTES, Lesion, Line, Outcome, Person, Reading
from device.records.words import check_text

log = logging.getLogger(__name__)

MOST_PERSONS = 1 << 40
"""More than there are."""

__all__ = ["Details", "Months", "Query", "Records", "Rules"]


@dataclass(frozen=True)
class Details:
    """An examination with what is known around it.

    `faults` says what is wrong with which picture, by its number; empty when all are as they were taken.
    """

    examination: Examination
    line: Line
    lesion: Lesion | None
    person: Person | None
    faults: dict[int, Message]


class Records:
    """All that is kept below one folder.

    A picture is on disk, synced and in its place, before the row that names it; so a row that
    can be read always has its picture, also after the plug was pulled, and what has no row is
    cleared at the next start. A damaged database is set aside, and `trouble` says so.
    Without an `exclusive` lock it works beside a running device, as a command does.
    `months` say when lesions are to be looked at again; without, examinations have no such date.
    Raises RecordsError when the folder or its database can't be used, and so do all methods.
    """

    def __init__(
        self,
        folder: Path,
        exclusive: bool = True,
        rules: Rules | None = None,
        months: Months | None = None,
    ) -> None:
        pictures, self.card = Pictures(folder / "images"), Card(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Nobody else on this machine is to see them.
            files.make_private_folder(pictures.folder)
            self._database = Database(folder, exclusive, self.card)
        except (OSError, sqlite3.Error) as error:
            what = Message("records_not_opened", folder=str(folder))
            raise self.card.refusal(what, error, "see_docs") from error
        self.folder, self._pictures = folder, pictures
        self._examinations = Examinations(self._database, months)
        self.persons, self.lesions = Persons(self._database), Lesions(self._database)
        self.opinions = Opinions(self._database)
        self.consents, self.follow_ups = Consents(self._database), FollowUps(self._database)
        self.overviews = Overviews(self._database, pictures)
        self.backups = Backups(self._database, pictures, folder / "backups")
        self.copies = Copies(self._database, folder / "backups")
        self.deletion = Deletion(self._database, pictures, folder / "backups")
        self.importer = Importer(self._database, pictures)
        self.integrity = Integrity(self._database, pictures)
        self.recovery = Recovery(self._database, pictures, self.copies, self.integrity, folder / "backups")
        self.reserve = Reserve(self.card)
        self.retention = Retention(self._database, rules or Rules())
        self.caretaker = Caretaker(
            self.copies,
            self.deletion,
            self.integrity,
            self.retention,
            self.reserve,
        )
        if exclusive and not self._database.read_only:
            self._clear_up()
            self._begin_copies()

    @property
    def trouble(self) -> Message | None:
        """What happened to a damaged database and what to do; None when all is well."""
        damaged, lost = self._database.set_aside(), self.recovery.count_lost()
        if not damaged and not lost:
            return None
        found = []
        if damaged:
            found.append(Message("records_set_aside", path=str(damaged[-1])))
        if lost:
            found.append(Message("examinations_missing", count=lost))
        if offer := self.copies.offer():
            made_at = offer.made_at.isoformat()
            found.append(Message("best_copy", made_at=made_at, count=offer.examinations))
        return joined([*found, Message("recover_them")])

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What the caretaker found wrong, and what it will delete."""
        count = len(self.integrity.strays)
        strays = (Message("without_record", count=count),) if count else ()
        return (*self.integrity.faults.values(), *strays, *self.caretaker.warnings)

    def draft(self, examination_id: str) -> Draft:
        """A place for the frames of a burst, and then for the examination of this id."""
        self.card.refuse_new(Message("examination_not_saved"))
        return Draft(examination_id, self._pictures, self._examinations, self.card)

    def save(self, examination: Examination, *frames: RGBImage, withhold: bool = False) -> None:
        """Write an examination and its frames; when this returns, a loss of power can't undo it.

        With `withhold` its finding waits for an opinion. Leaves nothing behind when the disk refuses.
        """
        with self.draft(examination.id) as draft:
            for number, pixels in enumerate(frames):
                draft.add(number, pixels)
            draft.save(examination, withhold_finding=withhold)

    def update(self, examination: Examination) -> None:
        """Write what has changed in an examination that was saved before."""
        self._change(lambda: self._examinations.update(examination))

    def change(self, examination_id: str, revision: str = "", **changes: object) -> bool:
        """Write its `lesion` (an id, None: not known), `notes` and `protected`, all that are given or none.

        False when there is no such examination. Raises ValueRefusedError, MissingError for a lesion that
        isn't there, and ChangedError when somebody has changed it since its line had this `revision`.
        """
        if "notes" in changes:
            check_text("notes", str(changes["notes"]), LONGEST_NOTES)
        lesion = changes.get("lesion")
        if lesion is not None and self.lesions.get(str(lesion)) is None:
            raise MissingError("no_such_lesion")
        before = self.lesions.of_examination(examination_id) if "lesion" in changes else None
        changed = self._change(lambda: self._examinations.change(examination_id, revision, **changes))
        if before and before.id != lesion:
            # A press makes a lesion for a person of whom none was chosen; nobody misses it.
            self.lesions.drop_unnamed(before.id)
        return changed

    def assign(self, examination_id: str, lesion_id: str | None) -> bool:
        """Say which lesion it shows (None: not known); False when there is no such examination."""
        return self.change(examination_id, lesion=lesion_id)

    def note(self, examination_id: str, notes: str, revision: str = "") -> bool:
        """Write notes to an examination; else as `change`."""
        return self.change(examination_id, revision, notes=notes)

    def protect(self, examination_id: str, protected: bool = True) -> bool:
        """Keep retention away from an examination, or not; False when there is no such."""
        return self.change(examination_id, protected=protected)

    def get(self, examination_id: str) -> Examination | None:
        """The examination with this id, or None. Raises DamagedError when it isn't as it was saved."""
        return self._examinations.get(examination_id)

    def details(self, examination_id: str) -> Details | None:
        """The examination with whom and what it shows, its pictures checked; or None."""
        lines = find(self._database, Query(id=examination_id), 1, None)
        examination = self.get(examination_id)
        if examination is None or not lines:
            return None
        lesion = self.lesions.of_examination(examination_id)
        person = self.persons.get(lesion.person) if lesion else None
        return Details(examination, lines[0], lesion, person, self.integrity.check(examination_id))

    def recent(self, count: int) -> list[Line]:
        """Up to `count` examinations, newest first: in the order they were saved, whatever the clock said."""
        return self.search(Query(), count)

    def search(
        self, query: Query, count: int = 24, before: int | None = None, *, oldest_first: bool = False
    ) -> list[Line]:
        """Up to `count` that meet the query, newest first; `before` the number of a line, only older ones."""
        return find(self._database, query, count, before, oldest_first)

    def outcomes(self, since: datetime | None = None, until: datetime | None = None) -> list[Outcome]:
        """What was said of each lesion whose diagnosis is confirmed now, oldest examination first.

        `since` and `until` bound when the picture was taken, the latter exclusive.
        """
        return self._examinations.outcomes(since, until)

    def readings(self, since: datetime | None = None, until: datetime | None = None) -> list[Reading]:
        """What examiners said of examinations beside the device, oldest opinion first; bounds as above."""
        return self._examinations.readings(since, until)

    def class_codes(self) -> list[str]:
        """The codes of all outputs that any model gave a probability of here; reads every record."""
        return self._examinations.class_codes()

    def leading_codes(self) -> list[str]:
        """The codes of all that was likeliest in any examination."""
        return self._examinations.leading_codes()

    def count(self, query: Query | None = None) -> int:
        """How many examinations there are, or how many meet the query."""
        return count(self._database, query) if query else self._examinations.count()

    def whom(self, query: Query, most: int = MOST_PERSONS) -> dict[str, str]:
        """Id and pseudonym of up to `most` persons whom the examinations show that meet the query."""
        return whom(self._database, query, most)

    def image_path(self, examination_id: str, number: int = 0) -> Path:
        """Where frame `number` of the examination lies, a JPEG file of the camera's size."""
        return self._pictures.path(examination_id, number)

    def pixels(self, examination_id: str, number: int = 0, reduced: int = 1) -> RGBImage:
        """Frame `number` decoded, its sides divided by `reduced` (1, 2, 4 or 8).

        In a process of its own, since it may have come from elsewhere. Raises ImageError when it is gone
        or can't be decoded.
        """
        return self._pictures.pixels(examination_id, number, reduced)

    def thumbnail_path(self, examination_id: str) -> Path:
        """Where its small picture lies, a JPEG file 240 pixels wide."""
        return self._pictures.path(examination_id, THUMBNAIL)

    def pictures(self, examination_id: str) -> list[tuple[int, bytes | None, int]]:
        """Number, SHA-256 (None: not known) and size of each picture.

        -1 is the thumbnail, and -2 the overview of where on the body it is.
        """
        return self._examinations.pictures(examination_id)

    def close(self) -> None:
        """Close the database."""
        self.caretaker.stop()
        self._pictures.close()
        self._database.close()

    def _clear_up(self) -> None:
        try:
            self.deletion.settle(self._examinations.unsettled())
            if self._database.migrated:
                # Before there were numbers, only the name of a file told that it was unfinished.
                files.remove_leftovers(self._pictures.folder)
        except (OSError, RecordsError) as error:
            # No reason to take no pictures: it is tried again at the next start.
            log.error("what was left unfinished can't be cleared (%s)", error)

    def _begin_copies(self) -> None:
        """The first copy at once: its first page tells where the tables are, should the database's be lost.

        A large database, of before there were copies, is left to the caretaker.
        """
        try:
            if not self.copies.paths() and self._database.path.stat().st_size <= CHECKED_AT_START:
                self.copies.take()
        except (OSError, RecordsError) as error:
            log.error("%s", error)

    def _change(self, work: Callable[[], bool]) -> bool:
        try:
            return work()
        except sqlite3.Error as error:
            raise self.card.refusal(Message("examination_not_changed"), error, "try_again") from error
