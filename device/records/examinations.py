"""The rows of examinations: written, read, changed and deleted."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from device.classes import PRESET
from device.documents import read_json
from device.errors import ChangedError, DamagedError
from device.examination import Examination, Source, Triage
from device.records import follow_ups
from device.records.database import Database
from device.records.draft import Kept
from device.records.follow_ups import Months
from device.records.hashes import sound, vouch, vouched
from device.records.values import Confirmation, Outcome, Reading, revision_of_notes
from device.records.words import fold
from device.serialization import examination_from_json, examination_to_json

_CLASS_LISTS = ("$.finding.classes", "$.finding.classes_beside")
_KNOWN_AS_MALIGNANT = (
    "(SELECT value ->> 'malignant' FROM json_tree(document, '$.finding')"
    f" WHERE path IN {_CLASS_LISTS} AND value ->> 'code' = diagnosis)"
)
_TAKEN_BETWEEN = (
    # An uploaded picture tells nothing of this device's camera.
    f"source = '{Source.CAMERA}' AND taken_at >= coalesce(:since, taken_at)"
    " AND (:until IS NULL OR taken_at < :until)"
)


def _check_revision(writer: sqlite3.Connection, examination_id: str, revision: str) -> None:
    if not revision:
        return
    # As bytes: a damaged text may be no text any more.
    statement = "SELECT CAST(notes AS BLOB), protected FROM examination WHERE id = ?"
    for notes, protected in writer.execute(statement, (examination_id,)):
        if revision != revision_of_notes((notes or b"").decode(errors="replace"), bool(protected)):
            raise ChangedError("changed_meanwhile")


class Examinations:
    """The examinations of a database, in the order they were saved; pictures are no matter of theirs.

    Without `months` a new one has no date at which to look again.
    """

    def __init__(self, database: Database, months: Months | None = None) -> None:
        self._database, self._months = database, months

    def begin(self, examination_id: str) -> None:
        """Files of this id may come, and are to be removed unless its row does.

        Raises sqlite3.Error, also when there is such an examination already.
        """

        def work(writer: sqlite3.Connection) -> None:
            if writer.execute("SELECT 1 FROM examination WHERE id = ?", (examination_id,)).fetchone():
                raise sqlite3.IntegrityError(f"{examination_id} was saved before")
            # REPLACE writes a page also when it is there already, and so takes the place of a commit that
            # failed but lies in the log, from where it would come back after a loss of power.
            writer.execute("REPLACE INTO unsettled (id) VALUES (?)", (examination_id,))

        self._database.write(work, again=True)

    def insert(
        self,
        examination: Examination,
        kept: Kept,
        more: Callable[[sqlite3.Connection], object] = lambda writer: None,
    ) -> None:
        """The row, and with it the files are to stay; `more` is done with it. Raises sqlite3.Error."""
        row = {**_columns(examination), "taken_at": int(examination.taken_at.timestamp())}
        pictures = [(examination.id, frame, digest, size) for frame, (digest, size) in kept.items()]

        def work(writer: sqlite3.Connection) -> int:
            (number,) = writer.execute(
                "INSERT INTO examination (id, taken_at, triage, likeliest, malignancy, source, clock_set)"
                " VALUES (:id, :taken_at, :triage, :likeliest, :malignancy, :source, :clock_set)"
                " RETURNING number",
                row,
            ).fetchone()
            writer.execute("INSERT INTO document (examination, document) VALUES (:id, :document)", row)
            writer.executemany("INSERT INTO picture VALUES (?, ?, ?, ?)", pictures)
            writer.execute("DELETE FROM unsettled WHERE id = :id", row)
            self._note_follow_up(writer, examination)
            more(writer)
            vouch(writer, "examination", [examination.id])
            vouch(writer, "document", [examination.id])
            return int(number)

        number = self._database.write(work, again=True)
        self._database.announced.note(self._database.store, number)

    def describe(
        self, writer: sqlite3.Connection, examination_id: str, lesion: str | None, notes: str, protected: bool
    ) -> None:
        """Say what else is known of one that has just arrived, in a transaction. Raises sqlite3.Error."""
        writer.execute(
            "UPDATE examination SET lesion = ?, notes = ?, words = ?, protected = ? WHERE id = ?",
            (lesion, notes, fold(notes), int(protected), examination_id),
        )
        writer.execute("DELETE FROM deleted WHERE digest = ?", (digest_of(examination_id),))

    def settle(self, examination_id: str) -> None:
        """The files of this id are gone. Raises sqlite3.Error."""
        self._database.write(
            lambda writer: writer.execute("DELETE FROM unsettled WHERE id = ?", (examination_id,))
        )

    def unsettled(self) -> list[str]:
        """The ids whose files are to be removed. Raises RecordsError."""
        return [found for (found,) in self._database.read("SELECT id FROM unsettled")]

    def update(self, examination: Examination) -> bool:
        """Write what has changed; False when there is no such examination. Raises sqlite3.Error."""
        row = _columns(examination)

        def work(writer: sqlite3.Connection) -> bool:
            with vouched(writer, "examination", [examination.id]):
                known = writer.execute(
                    "UPDATE examination SET triage = :triage, likeliest = :likeliest,"
                    " malignancy = :malignancy WHERE id = :id",
                    row,
                )
            writer.execute("UPDATE document SET document = :document WHERE examination = :id", row)
            vouch(writer, "document", [examination.id])
            if known.rowcount:
                self._note_follow_up(writer, examination)
            return known.rowcount > 0

        return self._database.write(work)

    def _note_follow_up(self, writer: sqlite3.Connection, examination: Examination) -> None:
        if self._months:
            follow_ups.note(writer, examination, self._months)

    def change(self, examination_id: str, revision: str = "", **changes: object) -> bool:
        """Set columns of its row, all of them or none; False when there is no such examination.

        Raises ChangedError when somebody has changed it since its line had this `revision`: this is looked
        at in the transaction that writes. Raises sqlite3.Error.
        """
        assert changes.keys() <= {"lesion", "notes", "protected"}
        columns = {**changes, "words": fold(str(changes["notes"]))} if "notes" in changes else changes

        def work(writer: sqlite3.Connection) -> bool:
            _check_revision(writer, examination_id, revision)
            with vouched(writer, "examination", [examination_id]):
                known = writer.execute(
                    f"UPDATE examination SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?",
                    (*columns.values(), examination_id),
                )
            return known.rowcount > 0

        return bool(columns) and self._database.write(work)

    def get(self, examination_id: str) -> Examination | None:
        """The examination with this id, or None. Raises DamagedError and RecordsError."""
        rows = self._database.read(
            f"SELECT document, {sound('document')} FROM document WHERE examination = ?", examination_id
        )
        if not rows:
            # Its row may be there all the same, and only this page of it be lost.
            if self._database.read("SELECT 1 FROM examination WHERE id = ?", examination_id):
                raise DamagedError("examination_damaged", id=examination_id)
            return None
        return _from_document(examination_id, *rows[0])

    def damaged_rows(self, examination_id: str) -> bool:
        """Whether a row of the examination isn't as it was written. Raises RecordsError."""
        rows = self._database.read(
            f"SELECT 1 FROM examination LEFT JOIN document ON document.examination = examination.id"
            f" WHERE examination.id = ? AND {sound('examination')}"
            f" AND document.document IS NOT NULL AND {sound('document')}"
            " AND NOT EXISTS (SELECT 1 FROM opinion"
            f" WHERE opinion.examination = examination.id AND NOT {sound('opinion')})",
            examination_id,
        )
        return not rows

    def pictures(self, examination_id: str) -> list[tuple[int, bytes | None, int]]:
        """Number, SHA-256 (None: not known) and size of each picture. Raises RecordsError."""
        return self._database.read(
            "SELECT frame, sha256, bytes FROM picture WHERE examination = ? ORDER BY frame", examination_id
        )

    def all_pictures(self) -> list[tuple[str, int]]:
        """Id and number of every picture. Raises RecordsError."""
        return self._database.read("SELECT examination, frame FROM picture")

    def note_picture(self, examination_id: str, frame: int, digest: bytes, size: int) -> None:
        """Write down what a picture of before there were hashes is now. Raises sqlite3.Error."""
        self._database.write(
            lambda writer: writer.execute(
                "UPDATE picture SET sha256 = ?, bytes = ?"
                " WHERE examination = ? AND frame = ? AND sha256 IS NULL",
                (digest, size, examination_id, frame),
            )
        )

    def next_after(self, number: int) -> tuple[int, str] | None:
        """Number and id of the one saved next after `number`, or None. Raises RecordsError."""
        rows = self._database.read(
            "SELECT number, id FROM examination WHERE number > ? ORDER BY number LIMIT 1", number
        )
        return rows[0] if rows else None

    def count(self) -> int:
        """How many there are. Raises RecordsError."""
        return int(self._database.read("SELECT count(*) FROM examination")[0][0])

    def class_codes(self) -> list[str]:
        """The codes of all outputs that any model gave a probability here. Raises RecordsError."""
        rows = self._database.read(
            "SELECT DISTINCT key FROM document, json_tree(document, '$.finding')"
            " WHERE path IN ('$.finding.probabilities', '$.finding.beside')"
        )
        return [code for (code,) in rows]

    def leading_codes(self) -> list[str]:
        """The codes of all that ever was likeliest. Raises RecordsError."""
        rows = self._database.read("SELECT DISTINCT likeliest FROM examination WHERE likeliest <> ''")
        return [code for (code,) in rows]

    def outcomes(self, since: datetime | None, until: datetime | None) -> list[Outcome]:
        """What was said of each lesion that is confirmed now, oldest first. Raises RecordsError."""
        rows = self._database.read(
            "SELECT lesion.id, diagnosis, confirmed_by, triage, likeliest, malignancy,"
            f" document ->> '$.finding.model', {_KNOWN_AS_MALIGNANT} FROM lesion"
            " JOIN examination ON examination.lesion = lesion.id"
            " JOIN document ON document.examination = examination.id AND json_valid(document)"
            f" WHERE diagnosis <> '' AND {_TAKEN_BETWEEN} ORDER BY examination.number",
            since=since and int(since.timestamp()),
            until=until and int(until.timestamp()),
        )
        return [
            Outcome(
                lesion=lesion,
                diagnosis=diagnosis,
                confirmed_by=Confirmation(by),
                triage=Triage(triage),
                likeliest=likeliest,
                malignancy=malignancy,
                model=model,
                malignant=_is_malignant(diagnosis, known),
            )
            for lesion, diagnosis, by, triage, likeliest, malignancy, model, known in rows
        ]

    def readings(self, since: datetime | None, until: datetime | None) -> list[Reading]:
        """What examiners said of examinations, oldest opinion first; damaged ones are left out.

        Raises RecordsError.
        """
        rows = self._database.read(
            "SELECT opinion.examination, coalesce(lesion.id, ''), reader, opinion.triage, opinion.label,"
            f" blind, examination.triage, likeliest, coalesce(diagnosis, ''), {_KNOWN_AS_MALIGNANT}"
            " FROM opinion JOIN examination ON examination.id = opinion.examination"
            " JOIN document ON document.examination = examination.id AND json_valid(document)"
            " LEFT JOIN lesion ON lesion.id = examination.lesion"
            f" WHERE {_TAKEN_BETWEEN} AND {sound('opinion')} ORDER BY opinion.number",
            since=since and int(since.timestamp()),
            until=until and int(until.timestamp()),
        )
        return [
            Reading(
                *(examination, lesion, reader, Triage(said), label, bool(blind), Triage(triage), likeliest),
                malignant=_is_malignant(diagnosis, known) if diagnosis else None,
            )
            for examination, lesion, reader, said, label, blind, triage, likeliest, diagnosis, known in rows
        ]


def _is_malignant(diagnosis: str, known: int | None) -> bool | None:
    """As the record says, and of records that name no classes as the preset says."""
    if known is not None:
        return bool(known)
    preset = PRESET.get(diagnosis)
    return preset.malignant if preset else None


def erase(writer: sqlite3.Connection, examination_ids: Iterable[str]) -> None:
    """Delete rows of examinations inside a transaction; their files are to follow. Raises sqlite3.Error."""
    ids = [(each,) for each in examination_ids]
    writer.executemany("REPLACE INTO unsettled (id) VALUES (?)", ids)
    writer.executemany(
        "INSERT OR IGNORE INTO deleted SELECT ? FROM examination WHERE id = ?",
        [(digest_of(each), each) for (each,) in ids],
    )
    writer.executemany("DELETE FROM examination WHERE id = ?", ids)


def digest_of(examination_id: str) -> bytes:
    """What stays of the id of one that was deleted."""
    return sha256(examination_id.encode()).digest()


def _columns(examination: Examination) -> dict[str, object]:
    finding = examination.finding
    return {
        "id": examination.id,
        "triage": finding.triage.value,
        "likeliest": "" if finding.foreign else finding.leading,
        "malignancy": finding.malignancy,
        "source": examination.source.value,
        "clock_set": examination.clock_set,
        "document": json.dumps(examination_to_json(examination)),
    }


def _from_document(examination_id: str, document: str, sound: int) -> Examination:
    examination = None
    with suppress(ValueError, LookupError, TypeError, AttributeError):
        # Its hash may have been that of something that can't be shown, in a database from elsewhere.
        examination = examination_from_json(read_json(document)) if sound else None
    if examination is None:
        raise DamagedError("examination_damaged", id=examination_id)
    return examination
