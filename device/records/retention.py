"""What is deleted on its own, when, and the warning before. Off unless the settings say otherwise."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from device.records.database import Database
from device.records.refusals import refusal

DAY = 86400
WARNING_DAYS = 30
"""So long before an examination is too old, it is warned of."""
WARNING_FACTOR = 4
"""While less than so many times the space that is to stay free is left, it is warned of."""
MIB = 1 << 20
_MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Rules:
    """`days`: keep examinations so long (0: forever); `free_mib`: the space that is to stay free.

    When less than that is left, the oldest are deleted, but only if `make_room`.
    """

    days: int = 0
    free_mib: int = 500
    make_room: bool = False


@dataclass(frozen=True)
class Candidate:
    """An examination that isn't protected; times in seconds since 1970, `size` in bytes.

    `due_at` is when it may be deleted for its age, as it was said when it was warned of; None: never said.
    """

    id: str
    taken_at: int
    due_at: int | None
    size: int


@dataclass(frozen=True)
class Plan:
    """Ids to delete now, to warn of from now on, no longer to warn of, and what to tell people."""

    delete: tuple[str, ...] = ()
    announce: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def plan(candidates: Sequence[Candidate], rules: Rules, now: int, free_bytes: int) -> Plan:
    """What the rules ask for; `candidates` in the order they were saved.

    Nothing goes for its age that wasn't warned of for `WARNING_DAYS`: a clock that
    jumps ahead by years makes warnings, and when it is put right they are withdrawn.
    """
    horizon = now + (WARNING_DAYS - rules.days) * DAY
    aging = [each for each in candidates if rules.days and each.taken_at <= horizon]
    due = [each for each in aging if each.due_at is not None and each.due_at <= now]
    aging_ids = {each.id for each in aging}
    withdrawn = [each.id for each in candidates if each.due_at is not None and each.id not in aging_ids]
    delete = [each.id for each in due]
    warnings = []
    waiting = len(aging) - len(due)
    if waiting:
        warnings.append(
            f"{waiting} examinations will be {rules.days} days old within {WARNING_DAYS} days, or are, and"
            " will be deleted; protect those that are to stay."
        )
    wanted = rules.free_mib * MIB
    freed = sum(each.size for each in due)
    if free_bytes < WARNING_FACTOR * wanted:
        left = free_bytes // MIB
        then = (
            f"below {rules.free_mib} MiB the oldest that aren't protected are deleted"
            if rules.make_room
            else "when it is full, no more can be taken"
        )
        warnings.append(f"{left} MiB are free; {then}. Make a backup, and delete what isn't needed.")
    if rules.make_room:
        kept = [each for each in candidates if each.id not in set(delete)]
        for each in kept:
            if free_bytes + freed >= wanted:
                break
            delete.append(each.id)
            freed += each.size
    return Plan(
        delete=tuple(delete),
        announce=tuple(each.id for each in aging if each.due_at is None),
        withdraw=tuple(withdrawn),
        warnings=tuple(warnings),
    )


class Retention:
    """The rules at work on a database."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database, self._rules = database, rules

    def plan(self, now: int, free_bytes: int) -> Plan:
        """What is to be done now; at most some hundred deletions at once. Raises RecordsError."""
        room = self._rules.make_room and free_bytes < self._rules.free_mib * MIB
        limit = now + (WARNING_DAYS - self._rules.days) * DAY if self._rules.days else -1
        rows = self._database.read(
            "SELECT id, taken_at, due_at,"
            " (SELECT total(bytes) FROM picture WHERE examination = examination.id)"
            " FROM examination WHERE NOT protected AND (? OR taken_at <= ? OR due_at IS NOT NULL)"
            " ORDER BY number LIMIT ?",
            room,
            limit,
            _MOST_AT_ONCE,
        )
        return plan([Candidate(*row) for row in rows], self._rules, now, free_bytes)

    def note(self, planned: Plan, now: int) -> None:
        """Remember what is warned of, and what no longer is. Raises RecordsError."""
        due_at = now + WARNING_DAYS * DAY
        changes = [(due_at, each) for each in planned.announce] + [(None, each) for each in planned.withdraw]
        try:
            self._database.write(
                lambda writer: writer.executemany("UPDATE examination SET due_at = ? WHERE id = ?", changes)
            )
        except sqlite3.Error as error:
            raise refusal("what is to be deleted can't be noted", error, self._database.folder) from error
