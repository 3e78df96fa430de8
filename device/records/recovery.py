"""Bringing back, after damage, what the damaged databases and all copies of them still hold."""

import logging
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from device.examination import Examination
from device.images import encode_jpeg
from device.message import Message
from device.records import files
from device.records.copies import Copies
from device.records.database import Database
from device.records.draft import JPEG_QUALITY, shrink
from device.records.examinations import Examinations, digest_of
from device.records.hashes import sound
from device.records.integrity import Integrity
from device.records.merge import attached, list_missing, mend, merge_examinations, merge_persons, transaction
from device.records.migrations import NEWEST, version_of
from device.records.pictures import OVERVIEW, THUMBNAIL, Pictures, is_id
from device.records.salvage import salvage

RECOVERED = "recovered"
"""The folder, below that of damaged databases, of those that were brought back: nothing removes them."""

_FRAMES = 16
"""More than a burst ever had."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recovered:
    """How many examinations came back; how many are here and whole, of how many that were known anywhere.

    `damaged` are the ids of those that no copy holds as they were saved; `without_record` are ids of
    pictures that no database knows.
    """

    came_back: int
    here: int
    known: int
    damaged: tuple[str, ...] = ()
    without_record: tuple[str, ...] = ()


class Recovery:
    """Joins the damaged databases and the copies into the one in use. Raises RecordsError."""

    def __init__(
        self, database: Database, pictures: Pictures, copies: Copies, integrity: Integrity, folder: Path
    ) -> None:
        self._database, self._pictures, self._copies = database, pictures, copies
        self._integrity, self._folder = integrity, folder
        self._examinations = Examinations(database)

    @property
    def is_needed(self) -> bool:
        """Whether something here was damaged, or is missing that was here once."""
        return bool(self._database.set_aside()) or self.count_lost() > 0

    def count_lost(self) -> int:
        """How many examinations were announced here that this database has never had. Raises RecordsError."""
        known = dict(self._database.announced.read())
        here = self._database.highest_number()
        own = known.pop(self._database.store, 0)
        return sum(known.values()) + max(0, own - here)

    def recover(self) -> Recovered:
        """Join what each source still holds; what was added since stays, and what was deleted stays deleted.

        A row that is as it was saved goes before one that isn't, and the newer source before the older.
        """
        self._database.find_damage()
        damaged = self._database.set_aside()
        before = self._ids()
        with self._database.card.explain(Message("records_not_recovered")), files.room(self._folder) as room:
            sources = self._prepare(damaged, room)
            known = before | self._join(sources)
            self._keep_evidence(damaged)
        here, unsound = self._ids(), self._unsound()
        strays = self._integrity.find_ids_without_record()
        self._database.announced.settle(self._database.store, self._database.highest_number())
        return Recovered(
            len(here - before),
            len(here - unsound),
            len(known | here | set(strays)),
            tuple(sorted(unsound)),
            tuple(strays),
        )

    def find_ids_of_pictures(self) -> list[str]:
        """Ids of pictures without a record that can come back as examinations: not of what was deleted.

        Raises RecordsError.
        """
        deleted = {digest for (digest,) in self._database.read("SELECT digest FROM deleted")}
        found = self._integrity.find_ids_without_record()
        return [each for each in found if digest_of(each) not in deleted]

    def frames_of(self, examination_id: str) -> list[int]:
        """The numbers of its frames that are here, ascending."""
        return [frame for frame in range(_FRAMES) if self._pictures.path(examination_id, frame).exists()]

    def adopt(self, examination: Examination) -> None:
        """Make the record of an examination whose pictures are here; until it is written they are as before.

        Raises RecordsError when the card refuses.
        """
        self._database.card.refuse_new(Message("examination_not_saved"))
        small = self._pictures.path(examination.id, THUMBNAIL)
        with self._database.card.explain(Message("examination_not_saved")):
            if not small.exists():
                shown = self._pictures.pixels(examination.id, examination.best)
                files.write_durably({small: encode_jpeg(shrink(shown), JPEG_QUALITY)})
                files.give_to_owner(small)
            kept = {}
            for number in (OVERVIEW, THUMBNAIL, *self.frames_of(examination.id)):
                path = self._pictures.path(examination.id, number)
                if path.exists():
                    data = path.read_bytes()
                    kept[number] = sha256(data).digest(), len(data)
            self._examinations.insert(examination, kept)
        self._integrity.strays = [each for each in self._integrity.strays if each != examination.id]

    def _prepare(self, damaged: Sequence[Path], room: Path) -> list[Path]:
        """Clean databases of all there is, newest first: what was in use, then the copies of it."""
        copies = self._copies.paths()
        found = []
        for number, path in enumerate([*reversed(damaged), *copies]):
            if path in copies and _can_be_read(path):
                found.append(path)
            else:
                found.append(room / f"{number}.sqlite3")
                salvage(path, found[-1], copies)
        return found

    def _join(self, sources: Sequence[Path]) -> set[str]:
        """Everything into the database; the ids of all examinations that any source knows of."""
        known = self._ids()
        for source in sources:
            known |= self._note_deleted(source, known)
        for only_sound in (True, False):
            for source in sources:
                with attached(self._database, source) as connection:
                    merge_persons(connection, only_sound)
        for only_sound in (True, False):
            for source in sources:
                with attached(self._database, source) as connection:
                    # Their pictures still lie where they were.
                    missing = list_missing(connection, only_sound, but_deleted=True)
                    merge_examinations(connection, missing if only_sound else self._with_pictures(missing))
        for source in sources:
            with attached(self._database, source) as connection:
                mended = mend(connection)
                if mended:
                    log.info("%d damaged rows were mended", mended)
        deleted = {digest for (digest,) in self._database.read("SELECT digest FROM deleted")}
        return set(self._with_pictures(each for each in known if digest_of(each) not in deleted))

    def _note_deleted(self, source: Path, newer: set[str]) -> set[str]:
        """What was deleted there stays deleted, unless a newer source has it again; the ids it has."""
        again = {digest_of(each) for each in newer}
        with attached(self._database, source) as connection:
            gone = connection.execute("SELECT digest FROM copy.deleted").fetchall()
            with transaction(connection):
                connection.executemany(
                    "INSERT OR IGNORE INTO main.deleted VALUES (?)",
                    [row for row in gone if row[0] not in again],
                )
            return {found for (found,) in connection.execute("SELECT id FROM copy.examination")}

    def _with_pictures(self, ids: Iterable[str]) -> list[str]:
        """Those of which a picture is here: an id that was damaged itself names none."""
        return [
            each
            for each in ids
            if is_id(each)
            and any(self._pictures.path(each, frame).exists() for frame in (THUMBNAIL, *range(_FRAMES)))
        ]

    def _ids(self) -> set[str]:
        return {found for (found,) in self._database.read("SELECT id FROM examination")}

    def _unsound(self) -> set[str]:
        rows = self._database.read(
            "SELECT id FROM examination LEFT JOIN document ON document.examination = examination.id"
            f" WHERE NOT {sound('examination')} OR document.document IS NULL OR NOT {sound('document')}"
        )
        return {found for (found,) in rows}

    def _keep_evidence(self, damaged: Iterable[Path]) -> None:
        for path in damaged:
            place = path.parent / RECOVERED
            files.make_private_folder(place)
            for each in path.parent.glob(path.name + "*"):
                each.replace(place / each.name)


def _can_be_read(path: Path) -> bool:
    """Whether it is whole and of this version, and needs no salvaging."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        sound = database.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
        return sound and version_of(database) == NEWEST
    return False
