"""What is deleted on its own, when, and the warning before. Off unless the settings say otherwise."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from device.message import Message
from device.records.database import Database

DAY = 86400
WARNING_DAYS = 30
"""So long before an examination is too old, it is warned of."""
NEWEST_DAYS = 7
"""What was taken on the newest days of work, as many as this, never makes room."""
WARNING_FACTOR = 4
"""While less than so many times the space that is to stay free is left, it is warned of."""
MIB = 1 << 20
_MOST_AT_ONCE = 500

# By the order in which they were saved, since a clock may jump.
_NEWEST = (
    f"taken_at / {DAY} IN (SELECT taken_at / {DAY} FROM examination GROUP BY 1"
    f" ORDER BY max(number) DESC LIMIT {NEWEST_DAYS})"
)
_SIZE = "(SELECT total(bytes) FROM picture WHERE examination = examination.id)"


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
    One of the `newest` days never makes room.
    """

    id: str
    taken_at: int
    due_at: int | None
    size: int
    newest: bool = False

    @property
    def makes_room(self) -> bool:
        """Whether its deletion could help."""
        return not self.newest and self.size > 0


@dataclass(frozen=True)
class Plan:
    """Ids to delete now, to warn of from now on, no longer to warn of, and what to tell people."""

    delete: tuple[str, ...] = ()
    announce: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What rules would delete of what is here now: for its age, after the warning, and to make room.

    `out_of_reach` is true when the space that is to stay free can't be had so: then nothing makes room.
    """

    for_age: int = 0
    for_room: int = 0
    out_of_reach: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.for_age or self.for_room or self.out_of_reach)


def plan(
    candidates: Sequence[Candidate], rules: Rules, now: int, free_bytes: int, reclaimable: int | None = None
) -> Plan:
    """What the rules ask for; `candidates` in the order they were saved.

    Nothing goes for its age that wasn't warned of for `WARNING_DAYS`: a clock that
    jumps ahead by years makes warnings, and when it is put right they are withdrawn.
    Nothing makes room unless the space can be reached: by `reclaimable` bytes, those of the candidates
    unless there are more of them.
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
        warnings.append(Message("growing_old", count=waiting, days=rules.days, warning=WARNING_DAYS))
    wanted = rules.free_mib * MIB
    if free_bytes < WARNING_FACTOR * wanted:
        then = Message("oldest_deleted", mib=rules.free_mib) if rules.make_room else Message("no_more_taken")
        warnings.append(Message("space_short", mib=free_bytes // MIB, then=then))
    missing = wanted - free_bytes - sum(each.size for each in due)
    if rules.make_room and missing > 0:
        helping = [each for each in candidates if each.makes_room and each.id not in set(delete)]
        if reclaimable is None:
            reclaimable = sum(each.size for each in helping)
        if reclaimable < missing:
            warnings.append(Message("room_out_of_reach", mib=rules.free_mib, days=NEWEST_DAYS))
        else:
            delete += [each.id for each in _oldest(helping, missing)]
    return Plan(
        delete=tuple(delete),
        announce=tuple(each.id for each in aging if each.due_at is None),
        withdraw=tuple(withdrawn),
        warnings=tuple(warnings),
    )


def _oldest(candidates: Sequence[Candidate], missing: int) -> list[Candidate]:
    """As many of the first ones as it takes to free what is missing."""
    found = []
    for each in candidates:
        if missing <= 0:
            break
        found.append(each)
        missing -= each.size
    return found


class Retention:
    """The rules at work on a database."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database, self._rules = database, rules

    def plan(self, now: int, free_bytes: int) -> Plan:
        """What is to be done now; at most some hundred deletions at once. Raises RecordsError."""
        room = self._rules.make_room and free_bytes < self._rules.free_mib * MIB
        limit = now + (WARNING_DAYS - self._rules.days) * DAY if self._rules.days else -1
        rows = self._database.read(
            f"SELECT id, taken_at, due_at, {_SIZE}, ? AND {_NEWEST}"
            f" FROM examination WHERE NOT protected"
            f" AND (taken_at <= ? OR due_at IS NOT NULL OR (? AND NOT {_NEWEST}))"
            " ORDER BY number LIMIT ?",
            room,
            limit,
            room,
            _MOST_AT_ONCE,
        )
        candidates = [Candidate(*row) for row in rows]
        return plan(candidates, self._rules, now, free_bytes, self._reclaimable() if room else None)

    def preview(self, rules: Rules, now: int, free_bytes: int) -> Preview:
        """What other rules would delete of what is here. Raises RecordsError."""
        old = "NOT protected AND taken_at <= ?"
        oldest_kept = now - rules.days * DAY if rules.days else -1
        for_age = self._database.read(f"SELECT count(*) FROM examination WHERE {old}", oldest_kept)[0][0]
        missing = rules.free_mib * MIB - free_bytes
        if not rules.make_room or missing <= 0:
            return Preview(for_age)
        if self._reclaimable() < missing:
            return Preview(for_age, out_of_reach=True)
        rows = self._database.read(
            f"SELECT id, taken_at, due_at, {_SIZE} FROM examination WHERE NOT protected AND NOT {_NEWEST}"
            " ORDER BY number"
        )
        helping = [each for each in (Candidate(*row) for row in rows) if each.makes_room]
        return Preview(for_age, len(_oldest(helping, missing)))

    def _reclaimable(self) -> int:
        """The bytes of all that may make room."""
        rows = self._database.read(
            "SELECT total(bytes) FROM picture WHERE examination IN"
            f" (SELECT id FROM examination WHERE NOT protected AND NOT {_NEWEST})"
        )
        return int(rows[0][0])

    def note(self, planned: Plan, now: int) -> None:
        """Remember what is warned of, and what no longer is. Raises RecordsError."""
        due_at = now + WARNING_DAYS * DAY
        changes = [(due_at, each) for each in planned.announce] + [(None, each) for each in planned.withdraw]
        try:
            self._database.write(
                lambda writer: writer.executemany("UPDATE examination SET due_at = ? WHERE id = ?", changes)
            )
        except sqlite3.Error as error:
            raise self._database.card.refusal(Message("retention_not_noted"), error) from error
