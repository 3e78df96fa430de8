"""What to look for, as an address says it: the same words on the page and for programs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from device.classes import is_code
from device.examination import Triage
from device.records.search import Query
from device.records.sites import GENERAL_SITES

LONGEST_TEXT = 200
LARGEST_NUMBER = 2**63 - 1
"""SQLite's largest integer."""

_YES_NO = {"yes": True, "no": False}


def read_query(given: Mapping[str, str]) -> tuple[Query, dict[str, str]]:
    """The query of an address, and by field what is wrong with it; a wrong field is left out of the query.

    `text`; `since` and `until` as YYYY-MM-DD in UTC, both days included; `class`; `triage`;
    `site`, one of `GENERAL_SITES`; `confirmed` and `assigned` as yes or no. Empty is left out.
    """
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, (field, read) in _FIELDS.items():
        if text := given.get(name, "").strip():
            try:
                values[field] = read(text)
            except ValueError as error:
                faults[name] = str(error)
    if {"since", "until"} <= set(values) and values["since"] >= values["until"]:
        faults["until"] = "the last day lies before the first"
        del values["until"]
    return Query(**values), faults


def read_number(text: str | None) -> int | None:
    """The number of a line to page on from, or None. Raises ValueError for what can't be one."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > LARGEST_NUMBER:
        raise ValueError("'before' must be the number of a line")
    return int(text)


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a text to look for has at most {LONGEST_TEXT} letters")
    return text


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError("a day is written as YYYY-MM-DD, such as 2026-01-31") from error


def _end_of_day(text: str) -> datetime:
    try:
        return _day(text) + timedelta(days=1)
    except OverflowError as error:
        raise ValueError("this day lies too far in the future") from error


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"choose one of {', '.join(known)}")
        return text

    return read


def _code(text: str) -> str:
    if not is_code(text):
        raise ValueError("a class is given by its code, such as mel")
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
