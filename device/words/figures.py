"""Numbers, shares and dates as a language writes them, and never rounded into something else.

`formats.json` holds what the languages do, from the Unicode CLDR. `make translations` writes it with
Babel, which stays on the developer's machine: on the device it would take 11 MB of memory and 33 MB
of disk for the few signs that these languages need.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("formats.json")

_FORMATS: dict[str, dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
_MOST_DIGITS = 1


def number(value: float, language: str) -> str:
    """A number in the signs of the language; a float with the digits that it has, at most three."""
    if isinstance(value, int):
        return _signs(f"{value:,}", language)
    return _signs(f"{round(value, 3):,}".removesuffix(".0"), language)


def percent(share: float, language: str, digits: int = 0) -> str:
    """A share, 0 to 1, in percent, as it rounds."""
    return str(_FORMATS[language]["percent"]).format(_signs(f"{100 * share:,.{digits}f}", language))


def bounded(share: float, digits: int = 0) -> tuple[str, float]:
    """How a probability is said in percent with so many digits: ("", "under" or "over", and the share.

    Nothing is certain: what rounds to less than one unit of the last digit is under it, and what is
    within one unit of certainty is over that.
    """
    unit = 10.0 ** -(digits + 2)
    if share < unit:
        return "under", unit
    if share > 1 - unit:
        return "over", 1 - unit
    return "", round(share, digits + 2)


def against(share: float, threshold: float) -> tuple[str, float, int]:
    """How a probability is said beside a threshold: as `bounded`, and with how many digits.

    Both are said with the same digits, as many as it takes that what is below the threshold also
    reads below it. What is nearer than that is said to be under the threshold.
    """
    for digits in range(_MOST_DIGITS + 1):
        word, shown = bounded(share, digits)
        _, limit = bounded(threshold, digits)
        if share >= threshold or shown < limit or (word == "under" and shown <= limit):
            return word, shown, digits
    return "under", round(threshold, _MOST_DIGITS + 2), _MOST_DIGITS


def day(text: str | date, language: str) -> str:
    """A date, or one as ISO 8601 writes it, as the language does."""
    value = text if isinstance(text, date) else datetime.fromisoformat(text)
    formats = _FORMATS[language]
    written = ""
    for part in formats["date"]:
        match part:
            case "d":
                written += str(value.day)
            case "dd":
                written += f"{value.day:02}"
            case "MM":
                written += f"{value.month:02}"
            case "MMM":
                written += formats["months"][value.month - 1]
            case "y":
                written += str(value.year)
            case _:
                written += part
    return written


def moment(text: str | datetime, language: str) -> str:
    """Day and time of day, in UTC: the device has no other clock."""
    value = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    value = value.astimezone(UTC)
    return f"{day(value, language)} {value:%H:%M}"


def _signs(text: str, language: str) -> str:
    formats = _FORMATS[language]
    return "".join({",": formats["group"], ".": formats["decimal"]}.get(sign, sign) for sign in text)
