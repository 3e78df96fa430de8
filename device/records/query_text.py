"""What to look for, as an address says it: the same words on the page and for programs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from device.classes import is_code
from device.errors import SearchError
from device.examination import Triage
from device.message import Message
from device.records.search import Query
from device.records.sites import GENERAL_SITES

LONGEST_TEXT = 200
LARGEST_NUMBER = 2**63 - 1
"""SQLite's largest integer."""

_YES_NO = {"yes": True, "no": False}


def read_query(given: Mapping[str, str]) -> tuple[Query, dict[str, Message]]:
    """The query of an address, and by field what is wrong with it; a wrong field is left out of the query.

    `text`; `since` and `until` as YYYY-MM-DD in UTC, both days included; `class`; `triage`;
    `site`, one of `GENERAL_SITES`; `confirmed` and `assigned` as yes or no. Empty is left out.
    """
    values: dict[str, Any] = {}
    faults: dict[str, Message] = {}
    for name, (field, read) in _FIELDS.items():
        if text := given.get(name, "").strip():
            try:
                values[field] = read(text)
            except SearchError as error:
                faults[name] = error.message
    if {"since", "until"} <= set(values) and values["since"] >= values["until"]:
        faults["until"] = Message("days_reversed")
        del values["until"]
    return Query(**values), faults


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


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise SearchError("day_refused") from error


def _end_of_day(text: str) -> datetime:
    try:
        return _day(text) + timedelta(days=1)
    except OverflowError as error:
        raise SearchError("day_too_late") from error


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
    "until": ("until", _end_of_day),
    "class": ("likeliest", _code),
    "triage": ("triage", _triage),
    "site": ("site", _one_of(GENERAL_SITES)),
    "confirmed": ("confirmed", _yes_no),
    "assigned": ("assigned", _yes_no),
}
SEARCH_FIELDS = tuple(_FIELDS)
"""The names of the fields."""
