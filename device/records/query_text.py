"""What to look for, as an address says it: the same words on the page and for programs."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from device.classes import PRESET, Classes, is_code
from device.errors import SearchError
from device.examination import Triage
from device.message import Message
from device.records.search import Query
from device.records.sites import GENERAL_SITES
from device.records.words import fold

LONGEST_TEXT = 200
LARGEST_NUMBER = 2**63 - 1
"""SQLite's largest integer."""

_YES_NO = {"yes": True, "no": False}


def read_query(given: Mapping[str, str], classes: Classes = PRESET) -> tuple[Query, dict[str, Message]]:
    """The query of an address, and by field what is wrong with it; a wrong field is left out of the query.

    `text`, also for the name of a confirmed diagnosis, one of `classes` or of the preset's, in any language;
    `since` and `until` as YYYY-MM-DD, both days included, in the time zone `zone` (IANA's name; UTC where it
    isn't said); `class`; `triage`; `site`, one of `GENERAL_SITES`; `confirmed` and `assigned` as yes or no.
    Empty is left out.
    """
    values: dict[str, Any] = {}
    faults: dict[str, Message] = {}
    for name, (field, read) in _FIELDS.items():
        if text := given.get(name, "").strip():
            try:
                values[field] = read(text)
            except SearchError as error:
                faults[name] = error.message
    zone = values.pop("zone", UTC)
    for field, first_instant in (("since", _begin_of), ("until", _end_of)):
        if field in values:
            try:
                values[field] = first_instant(values[field], zone)
            except OverflowError:
                faults[field] = Message("day_too_late")
                del values[field]
    if {"since", "until"} <= set(values) and values["since"] >= values["until"]:
        faults["until"] = Message("days_reversed")
        del values["until"]
    if "text" in values:
        values["named"] = _diagnoses_named(values["text"], classes)
    return Query(**values), faults


def sought(given: Mapping[str, str]) -> dict[str, str]:
    """The fields of a search that say something; a time zone does only beside a day."""
    said = {name: text for name in SEARCH_FIELDS if (text := given.get(name, "").strip())}
    if not {"since", "until"} & set(said):
        said.pop("zone", None)
    return said


def read_number(text: str | None) -> int | None:
    """The number of a line to page on from, or None. Raises SearchError for what can't be one."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > LARGEST_NUMBER:
        raise SearchError("before_no_number")
    return int(text)


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise SearchError("search_too_long", longest=LONGEST_TEXT)
    return text


def _diagnoses_named(text: str, classes: Classes) -> tuple[str, ...]:
    """Codes of the classes that are called so, or with so much of their name, in some language."""
    wanted = fold(text.strip())
    known = {each.code: each for each in (*PRESET.outputs, *classes.outputs)}
    return tuple(code for code, each in known.items() if wanted in fold(*each.names.values()))


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise SearchError("day_refused") from error


def _begin_of(day: date, zone: tzinfo) -> datetime:
    # Days of the first year begin before it in the east.
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _end_of(day: date, zone: tzinfo) -> datetime:
    return _begin_of(day + timedelta(days=1), zone)


def _zone(text: str) -> tzinfo:
    try:
        return ZoneInfo(text[:LONGEST_TEXT])
    # The name becomes a path of the system's own list: a wrong one ends in any of these.
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SearchError("zone_unknown") from error


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise SearchError("choose_one_of", names=list(known))
        return text

    return read


def _code(text: str) -> str:
    if not is_code(text):
        raise SearchError("class_refused")
    return text


def _triage(text: str) -> Triage:
    return Triage(_one_of(tuple(Triage))(text))


def _yes_no(text: str) -> bool:
    return _YES_NO[_one_of(tuple(_YES_NO))(text)]


_FIELDS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "text": ("text", _text),
    "since": ("since", _day),
    "until": ("until", _day),
    "zone": ("zone", _zone),
    "class": ("likeliest", _code),
    "triage": ("triage", _triage),
    "site": ("site", _one_of(GENERAL_SITES)),
    "confirmed": ("confirmed", _yes_no),
    "assigned": ("assigned", _yes_no),
}
SEARCH_FIELDS = tuple(_FIELDS)
"""The names of the fields."""
