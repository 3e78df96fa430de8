"""When a lesion is to be looked at again, and who is due."""

import sqlite3
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from device.errors import MissingError
from device.examination import Examination, Triage
from device.message import Message
from device.records.database import Database
from device.records.hashes import vouch
from device.records.search import select_lines
from device.records.values import Line

# The newest date of a lesion stands; one that a setting made doesn't outlast a confirmed diagnosis.
_STANDS = (
    "due_on <> '' AND (set_by <> '' OR coalesce(diagnosis, '') = '') AND NOT EXISTS"
    " (SELECT 1 FROM examination AS newer JOIN follow_up AS later ON later.examination = newer.id"
    " WHERE newer.lesion = examination.lesion AND newer.number > examination.number)"
)
# A day says what the device thinks, as long as an examiner's own opinion is still asked for.
_WITHHELD = "EXISTS (SELECT 1 FROM withheld WHERE withheld.examination = examination.id)"


@dataclass(frozen=True)
class Months:
    """In how many months a lesion is to be looked at again after each triage; 0: no date.

    Three months is the interval at which changes of melanomas were found by digital dermoscopy in the short
    term (Menzies et al., Arch. Dermatol. 137:1583, 2001).
    """

    watch: int = 3
    refer: int = 0
    no_answer: int = 0

    def after(self, triage: Triage, day: date) -> date | None:
        """The day, so many months after `day`, or that month's last; None when there is none."""
        months = {
            Triage.WATCH: self.watch,
            Triage.REFER: self.refer,
            Triage.NO_ANSWER: self.no_answer,
        }.get(triage, 0)
        return add_months(day, months) if months else None


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class FollowUp:
    """When it is to be looked at again (None: not at all), and who said so (empty: the setting)."""

    due_on: date | None
    set_by: str = ""


class FollowUps:
    """The dates of a database. All methods raise RecordsError when it refuses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, examination_id: str) -> FollowUp | None:
        """What is said of this examination; None: nothing."""
        rows = self._database.read(
            "SELECT due_on, set_by FROM follow_up WHERE examination = ?", examination_id
        )
        return FollowUp(_day(rows[0][0]), rows[0][1]) if rows else None

    def set(self, examination_id: str, due_on: date | None, by: str) -> None:
        """Say another day, or None for no more. Raises MissingError when there is no such examination."""
        try:
            self._database.write(
                lambda writer: insert(writer, examination_id, FollowUp(due_on, by), replaces=True)
            )
        except sqlite3.IntegrityError as error:
            raise MissingError("no_such_examination") from error
        except sqlite3.Error as error:
            raise self._database.card.refusal(Message("follow_up_not_saved"), error) from error

    def due(self, until: date | None = None, count: int = 200) -> list[Line]:
        """Up to `count` examinations whose lesions are to be looked at again until a day, soonest first."""
        return select_lines(
            self._database,
            f"{_STANDS} AND due_on <= :until AND NOT {_WITHHELD}"
            " ORDER BY due_on, examination.number LIMIT :count",
            until=(until or date.max).isoformat(),
            count=count,
        )

    def of_lesion(self, lesion_id: str) -> Line | None:
        """The examination whose date stands for the lesion, or None."""
        lines = select_lines(
            self._database,
            f"{_STANDS} AND examination.lesion = :lesion ORDER BY examination.number DESC LIMIT 1",
            lesion=lesion_id,
        )
        return lines[0] if lines else None


def note(writer: sqlite3.Connection, examination: Examination, months: Months) -> None:
    """Write the date that follows from its triage, unless somebody set another. Raises sqlite3.Error.

    A picture that has no answer leaves the lesion's earlier date as it is.
    """
    triage = examination.finding.triage
    due_on = months.after(triage, examination.taken_at.date())
    if due_on or triage in (Triage.WATCH, Triage.REFER):
        insert(writer, examination.id, FollowUp(due_on), replaces=True, but_set=True)


def insert(
    writer: sqlite3.Connection,
    examination_id: str,
    follow_up: FollowUp,
    replaces: bool = False,
    but_set: bool = False,
) -> None:
    """Write one; with `but_set` not in the place of one that somebody set. Raises sqlite3.Error."""
    conflict = "NOTHING"
    if replaces:
        conflict = "UPDATE SET due_on = excluded.due_on, set_by = excluded.set_by"
        conflict += " WHERE set_by = ''" if but_set else ""
    day = follow_up.due_on.isoformat() if follow_up.due_on else ""
    written = writer.execute(
        "INSERT INTO follow_up (examination, due_on, set_by) VALUES (?, ?, ?)"
        f" ON CONFLICT (examination) DO {conflict}",
        (examination_id, day, follow_up.set_by),
    )
    if written.rowcount:
        vouch(writer, "follow_up", [examination_id])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
