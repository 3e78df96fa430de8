"""Dates to take along: an iCalendar file (RFC 5545) of all-day events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

MEDIA = "text/calendar"
_LONGEST_LINE = 75
"""Bytes of a line without its end (section 3.1)."""


@dataclass(frozen=True)
class Event:
    """One day; `uid` stays the same when the day is changed, so that a calendar moves what it has."""

    uid: str
    day: date
    title: str
    description: str


def write_calendar(events: Iterable[Event], made_at: datetime) -> bytes:
    """The file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Dermapoint//Follow-up//EN"]
    for event in events:
        lines += _event(event, made_at)
    return b"".join(_fold(line) for line in [*lines, "END:VCALENDAR"])


def _event(event: Event, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    # Without an end, an event on a date lasts that day (section 3.6.1).
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"SUMMARY:{_escape(event.title)}"
    yield f"DESCRIPTION:{_escape(event.description)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escape(text: str) -> str:
    """TEXT (section 3.3.11)."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return "".join("\\n" if each == "\n" else each for each in text if each == "\n" or each.isprintable())


def _fold(line: str) -> bytes:
    """A long line goes on in the next, behind a space; no letter is cut in two (section 3.1)."""
    folded, length = [""], 0
    for letter in line:
        size = len(letter.encode())
        if length + size > _LONGEST_LINE:
            folded.append("")
            length = 1
        folded[-1] += letter
        length += size
    return "\r\n ".join(folded).encode() + b"\r\n"
