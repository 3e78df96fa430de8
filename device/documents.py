"""What is believed of an examination's JSON from elsewhere: bounded first, then of the right kinds.

Imports, restored backups and the API's requests go through here alike.
"""

import json
import math
import re
from typing import Any

from device.errors import ValueRefusedError
from device.examination import Examination
from device.message import Message
from device.opinion import Opinion
from device.serialization import examination_from_json, opinion_from_json
from device.words import say

MOST_DEPTH = 16
"""Of lists and objects in each other; those of a Dermapoint go 7 deep."""
MOST_VALUES = 50_000
LONGEST_DOCUMENT = 1 << 20
LONGEST_TEXT = 10_000
_LARGEST_WHOLE = 2**63 - 1
"""SQLite's and most programs' (sqlite.org/datatype3.html)."""

EXAMINATION_ID = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{4}")
ID = re.compile(r"[0-9a-f]{16}")
"""Of a person or a lesion."""
_MOST_FRAMES = 99
_MOST_CLASSES = 99
_LONGEST_CLASS = 120
_WIDEST_MAP = 32
_YEARS = range(1970, 2200)
"""A clock that was never set begins in 1970."""


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError where `check_bounds` does, and for what is no JSON."""
    if len(text) > LONGEST_DOCUMENT:
        raise ValueError("too long")
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    check_bounds(value)
    return value


def check_bounds(value: Any) -> None:
    """Raise ValueError unless a JSON value can be kept, shown and sent on, whatever it means.

    Bounded are its depth, the number of its values, its numbers, and the length of its texts, none of
    which may hold half a character or NUL.
    """
    waiting, count = [(value, 1)], 0
    while waiting:
        found, depth = waiting.pop()
        count += 1
        if depth > MOST_DEPTH or count > MOST_VALUES:
            raise ValueError("nested too deeply, or too much")
        if isinstance(found, dict):
            waiting += [(each, depth + 1) for pair in found.items() for each in pair]
        elif isinstance(found, list):
            waiting += [(each, depth + 1) for each in found]
        elif isinstance(found, str):
            if len(found) > LONGEST_TEXT or "\0" in found:
                raise ValueError("a text is too long, or has a NUL in it")
            found.encode()
        elif isinstance(found, float):
            _must(math.isfinite(found), "a number")
        elif isinstance(found, int):
            _must(abs(found) <= _LARGEST_WHOLE, "a number")


def read_examination(value: Any) -> Examination:
    """The examination that a JSON value describes.

    Raises ValueError unless every value of it can be; it says which one can't.
    """
    try:
        check_bounds(value)
        examination = examination_from_json(value)
        _check(examination)
    except (LookupError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"no examination ({error})") from error
    return examination


def read_opinion(value: Any) -> Opinion:
    """The opinion that a JSON value describes. Raises ValueError unless every value of it can be."""
    try:
        check_bounds(value)
        opinion = opinion_from_json(value)
        for text in (opinion.reader, opinion.label):
            _text(text, "opinion")
        _must(ID.fullmatch(opinion.id) is not None and len(opinion.reader) <= _LONGEST_CLASS, "opinion")
        _must(EXAMINATION_ID.fullmatch(opinion.examination) is not None, "opinion")
        _must(opinion.said_at.tzinfo is not None and opinion.said_at.year in _YEARS, "opinion")
        _must(type(opinion.blind) is bool, "opinion")
    except (LookupError, TypeError, AttributeError, OverflowError, ValueRefusedError) as error:
        raise ValueError(f"no opinion ({error})") from error
    return opinion


def _check(examination: Examination) -> None:
    finding = examination.finding
    _must(EXAMINATION_ID.fullmatch(examination.id) is not None, "id")
    _must(examination.taken_at.tzinfo is not None and examination.taken_at.year in _YEARS, "taken_at")
    _must(set(finding.probabilities) == set(finding.classes.codes), "probabilities")
    _must(set(finding.beside) == set(finding.classes.beside_codes), "beside")
    for share in (*finding.probabilities.values(), *finding.beside.values(), finding.malignancy):
        _must(0 <= _number(share, "probabilities") <= 1, "probabilities")
    _must(len(finding.classes.outputs) <= _MOST_CLASSES, "classes")
    for each in finding.classes.outputs:
        _must(len(each.names) <= _MOST_CLASSES, "classes")
        for text in (*each.names.keys(), *each.names.values()):
            _must(len(_text(text, "classes")) <= _LONGEST_CLASS, "classes")
    height, width = finding.saliency.shape
    _must(0 < height == width <= _WIDEST_MAP, "saliency")
    _must(len(set(finding.prediction_set)) == len(finding.prediction_set), "prediction_set")
    _must(set(finding.prediction_set) <= set(finding.classes.output_codes), "prediction_set")
    for message in finding.reasons:
        _sentence(message, "reasons")
    _text(finding.model, "model")
    _text(examination.optics, "optics")
    _must(type(finding.foreign) is bool, "foreign")
    _must(type(examination.overridden) is bool, "overridden")
    _must(examination.clock_set is None or type(examination.clock_set) is bool, "clock_set")
    _must(
        examination.replaces == "" or EXAMINATION_ID.fullmatch(examination.replaces) is not None, "replaces"
    )
    _must(1 <= len(examination.frames) <= _MOST_FRAMES, "frames")
    _must(type(examination.best) is int and 0 <= examination.best < len(examination.frames), "best")
    for frame in examination.frames:
        for number in frame.quality.measures.values():
            _number(number, "quality")
        for message in frame.quality.advice:
            _sentence(message, "advice")
        _must(type(frame.used) is bool and isinstance(frame.metadata, dict), "frames")
    for number in examination.timings_ms.values():
        _number(number, "timings_ms")


def _sentence(message: Message, field: str) -> None:
    """Raise ValueError unless it can be worded."""
    try:
        say(message)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(field) from error


def _text(value: Any, field: str) -> str:
    _must(isinstance(value, str), field)
    return str(value)


def _number(value: Any, field: str) -> float:
    _must(type(value) in (int, float), field)
    return float(value)


def _must(holds: bool, field: str) -> None:
    if not holds:
        raise ValueError(field)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
