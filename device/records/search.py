"""Finding examinations: by text, date, class, triage, site, person, and whether they are confirmed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from device.examination import Source, Triage
from device.records.database import Database
from device.records.hashes import sound
from device.records.sites import REGIONS
from device.records.values import Line
from device.records.words import fold


@dataclass(frozen=True)
class Query:
    """What to look for; what is left out doesn't matter.

    `text` is looked for in pseudonym, name, notes, a lesion's label and its diagnosis in
    words; `since` and `until` are aware of their time zone and bound when the picture was
    taken, the latter exclusive; `likeliest` is a class, and empty for what looks foreign;
    the triage *refer* finds those to be taken again that are suspicious all the same, too;
    `site` is a name of `GENERAL_SITES`; `person`, `lesion` and `id` (of the examination) are
    ids; `assigned` tells those of a lesion from those not assigned yet. `named` are codes of
    diagnoses whose name has `text` in it: a lesion that is confirmed as one of them meets it too.
    """

    text: str = ""
    named: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    likeliest: str | None = None
    triage: Triage | None = None
    site: str = ""
    confirmed: bool | None = None
    assigned: bool | None = None
    person: str = ""
    lesion: str = ""
    id: str = ""


# Only of retakes is that to be looked up: else the triage says it.
_SUSPICIOUS_RETAKE = (
    f"(triage = '{Triage.RETAKE}' AND EXISTS (SELECT 1 FROM document"
    " WHERE document.examination = examination.id AND json_valid(document)"
    " AND document ->> '$.finding.suspicious'))"
)
_COLUMNS = (
    "examination.number, examination.id, taken_at, triage, likeliest, malignancy, protected,"
    " examination.notes, coalesce(lesion.id, ''), coalesce(region, ''), coalesce(diagnosis, ''),"
    " coalesce(person.id, ''), coalesce(pseudonym, ''), source, clock_set,"
    " EXISTS (SELECT 1 FROM withheld WHERE withheld.examination = examination.id),"
    f" coalesce(due_on, ''), {sound('examination')}, {_SUSPICIOUS_RETAKE}"
)
_TABLES = (
    "examination LEFT JOIN lesion ON lesion.id = examination.lesion"
    " LEFT JOIN person ON person.id = lesion.person"
    " LEFT JOIN follow_up ON follow_up.examination = examination.id"
)
# instr, and not LIKE: it knows no special letters.
_HAS_TEXT = (
    "(instr(examination.words, :text) OR examination.lesion IN (SELECT id FROM lesion WHERE"
    " instr(words, :text) OR diagnosis IN (SELECT value FROM json_each(:named))"
    " OR person IN (SELECT id FROM person WHERE instr(words, :text))))"
)


def find(
    database: Database, query: Query, count: int, before: int | None, oldest_first: bool = False
) -> list[Line]:
    """Up to `count` lines that meet the query, newest or oldest first; `before` a number, only older ones.

    To page on, give the number of the last line. Raises RecordsError.
    """
    return select_lines(
        database,
        f"{_conditions(query, before)}"
        f" ORDER BY examination.number {'ASC' if oldest_first else 'DESC'} LIMIT :count",
        **_values(query),
        before=before,
        count=count,
    )


def select_lines(database: Database, condition: str, **values: object) -> list[Line]:
    """The lines that meet a condition in SQL, which may also say their order. Raises RecordsError."""
    rows = database.read(f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {condition}", **values)
    return [_line(*row) for row in rows]


def whom(database: Database, query: Query, most: int) -> dict[str, str]:
    """Id and pseudonym of up to `most` persons whom the examinations show that meet the query.

    Raises RecordsError.
    """
    rows = database.read(
        f"SELECT DISTINCT person.id, pseudonym FROM {_TABLES} WHERE {_conditions(query, None)}"
        " AND pseudonym IS NOT NULL ORDER BY pseudonym LIMIT :most",
        **_values(query),
        most=most,
    )
    return dict(rows)


def count(database: Database, query: Query) -> int:
    """How many examinations meet the query. Raises RecordsError."""
    found = database.read(
        f"SELECT count(*) FROM {_TABLES} WHERE {_conditions(query, None)}", **_values(query)
    )
    return int(found[0][0])


def _values(query: Query) -> dict[str, Any]:
    return {
        "text": fold(query.text.strip()),
        "named": json.dumps(query.named),
        "since": query.since and int(query.since.timestamp()),
        "until": query.until and int(query.until.timestamp()),
        "likeliest": query.likeliest,
        "triage": query.triage and query.triage.value,
        "person": query.person,
        "lesion": query.lesion,
        "id": query.id,
    }


def _conditions(query: Query, before: int | None) -> str:
    keys = [region.key for region in REGIONS.values() if region.general == query.site]
    wanted = {
        "examination.number < :before": before is not None,
        _HAS_TEXT: bool(query.text.strip()),
        "taken_at >= :since": query.since is not None,
        "taken_at < :until": query.until is not None,
        "likeliest = :likeliest": query.likeliest is not None,
        "triage = :triage": query.triage not in (None, Triage.REFER),
        f"(triage = :triage OR {_SUSPICIOUS_RETAKE})": query.triage is Triage.REFER,
        f"region IN ({', '.join(map(repr, keys))})": bool(query.site),
        "diagnosis <> ''": query.confirmed is True,
        "coalesce(diagnosis, '') = ''": query.confirmed is False,
        "examination.lesion IS NOT NULL": query.assigned is True,
        "examination.lesion IS NULL": query.assigned is False,
        "examination.id = :id": bool(query.id),
        "examination.lesion = :lesion": bool(query.lesion),
        "examination.lesion IN (SELECT id FROM lesion WHERE person = :person)": bool(query.person),
    }
    return " AND ".join(["1", *(condition for condition, applies in wanted.items() if applies)])


def _line(number: int, examination_id: str, taken_at: int, triage: str, *rest: Any) -> Line:
    likeliest, malignancy, protected, *others = rest[:-6]
    source, clock_set, withheld, due_on, is_sound, suspicious_retake = rest[-6:]
    try:
        moment, said, origin = datetime.fromtimestamp(taken_at, UTC), Triage(triage), Source(source)
    except (ValueError, OverflowError, TypeError, OSError):
        moment, said, origin = datetime.fromtimestamp(0, UTC), Triage.NO_ANSWER, Source.CAMERA
        is_sound = False
    suspicious = said is Triage.REFER or bool(suspicious_retake)
    others += [
        origin,
        bool(withheld),
        due_on,
        not is_sound,
        suspicious,
        None if clock_set is None else bool(clock_set),
    ]
    return Line(number, examination_id, moment, said, likeliest, malignancy, bool(protected), *others)
