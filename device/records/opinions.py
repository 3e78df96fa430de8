"""Opinions of examiners on examinations, and which findings wait for one before they are shown."""

import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from device.checklist import Checklist, read_checklist
from device.errors import MissingError, RecordsError
from device.examination import Triage
from device.message import Message
from device.opinion import Opinion
from device.records.database import Database
from device.records.hashes import sound, vouch
from device.records.words import check_text

LONGEST_READER = 120
"""Letters in the name of a reader."""

COLUMNS = "id, examination, reader, said_at, triage, label, blind, checklist"
_INSERT = (
    f"INSERT INTO opinion ({COLUMNS}) VALUES"
    " (:id, :examination, :reader, :said_at, :triage, :label, :blind, :checklist)"
)


class Opinions:
    """The opinions of a database. All methods raise RecordsError when the database or a value is refused."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        examination_id: str,
        reader: str,
        triage: Triage,
        label: str = "",
        checklist: Checklist | None = None,
    ) -> Opinion:
        """What a reader says now; from now on the examination's finding is shown."""
        now = datetime.now(UTC).replace(microsecond=0)
        opinion = Opinion(
            secrets.token_hex(8), examination_id, reader, now, triage, label, checklist=checklist
        )
        check_text("reader", reader, LONGEST_READER)

        def work(writer: sqlite3.Connection) -> Opinion:
            said = replace(opinion, blind=_show(writer, examination_id))
            self.insert(writer, [said])
            return said

        try:
            return self._database.write(work)
        except sqlite3.IntegrityError as error:
            raise MissingError("no_such_examination") from error
        except sqlite3.Error as error:
            raise self._database.card.refusal(Message("opinion_not_saved"), error) from error

    def insert(self, writer: sqlite3.Connection, opinions: Iterable[Opinion]) -> None:
        """Opinions of an examination, in a transaction; one that is here stays. Raises sqlite3.Error."""
        for each in opinions:
            writer.execute(f"{_INSERT} ON CONFLICT DO NOTHING", _row(each))
            vouch(writer, "opinion", [each.id])

    def of_examination(self, examination_id: str) -> list[Opinion]:
        """What was said of an examination, in the order it was said."""
        rows = self._database.read(
            f"SELECT {COLUMNS}, {sound('opinion')} FROM opinion WHERE examination = ? ORDER BY number",
            examination_id,
        )
        return [_opinion(row) for row in rows]

    def is_withheld(self, examination_id: str) -> bool:
        """Whether its finding waits for an opinion."""
        return bool(self._database.read("SELECT 1 FROM withheld WHERE examination = ?", examination_id))

    def show(self, examination_id: str) -> bool:
        """Show its finding without an opinion; False when it was shown already."""
        try:
            return self._database.write(lambda writer: _show(writer, examination_id))
        except sqlite3.Error as error:
            raise self._database.card.refusal(Message("finding_not_shown"), error) from error


def withhold(writer: sqlite3.Connection, examination_id: str) -> None:
    """Let the finding of an examination wait for an opinion, in a transaction. Raises sqlite3.Error."""
    writer.execute("INSERT INTO withheld VALUES (?)", (examination_id,))


def _show(writer: sqlite3.Connection, examination_id: str) -> bool:
    shown = writer.execute("DELETE FROM withheld WHERE examination = ?", (examination_id,))
    return shown.rowcount > 0


def _row(opinion: Opinion) -> dict[str, object]:
    return {
        "id": opinion.id,
        "examination": opinion.examination,
        "reader": opinion.reader,
        "said_at": int(opinion.said_at.timestamp()),
        "triage": opinion.triage.value,
        "label": opinion.label,
        "blind": int(opinion.blind),
        "checklist": None if opinion.checklist is None else ",".join(opinion.checklist.codes),
    }


def opinion_from_row(row: tuple[Any, ...]) -> Opinion:
    """The opinion of a row's `COLUMNS`. Raises ValueError, TypeError or RecordsError for another row."""
    opinion_id, examination, reader, said_at, triage, label, blind, checklist = row
    return Opinion(
        opinion_id,
        examination,
        reader,
        datetime.fromtimestamp(said_at, UTC),
        Triage(triage),
        label,
        bool(blind),
        None if checklist is None else read_checklist(filter(None, checklist.split(","))),
    )


def _opinion(row: tuple[Any, ...]) -> Opinion:
    *columns, is_sound = row
    try:
        opinion = opinion_from_row(tuple(columns))
    except (ValueError, TypeError, OverflowError, OSError, RecordsError):
        # What was said can't be read; that something was is shown, as damaged.
        return Opinion(row[0], row[1], row[2], datetime.fromtimestamp(0, UTC), Triage.NO_ANSWER, damaged=True)
    return opinion if is_sound else replace(opinion, damaged=True)
