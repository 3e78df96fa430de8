"""An examination of an export, read back: every value of the right kind, or none of it."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import partial
from typing import Any

from device.examination import Examination
from device.export.archive import IMAGES
from device.export.trust import Trusted, foreign, told
from device.records.arrivals import Arrival
from device.records.values import LONGEST_NAME, Confirmation, Diagnosis, Lesion, Person, Sex
from device.serialization import examination_from_json

_EXAMINATION_ID = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{4}")
_ID = re.compile(r"[0-9a-f]{16}")
_MOST_FRAMES = 99
_MOST_CLASSES = 99
_WIDEST_MAP = 32
_LONGEST = 10_000


def read_arrival(line: bytes, trusted: Trusted, name_of: Callable[[str, int], str]) -> Arrival | None:
    """The examination of one line; `name_of` gives a picture's name by id and number.

    None when its shown or small picture was left out as damaged. Raises ExportError for a value of
    a wrong kind.
    """
    with told():
        value = json.loads(line, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # half a letter can't be kept: UnicodeError
        examination = examination_from_json(value["examination"])
        _check(examination)
        pictures = {}
        for each in value["pictures"]:
            frame, name = each["frame"], name_of(examination.id, each["frame"])
            _must(type(frame) is int and -1 <= frame < len(examination.frames) and each["file"] == name)
            if name in trusted.left_out:
                continue
            digest = trusted.sums[IMAGES + name]
            _must(each["sha256"] in (None, digest))
            size = trusted.archive.getinfo(IMAGES + name).file_size
            pictures[frame] = (bytes.fromhex(digest), size, partial(trusted.picture, name))
        person, lesion = _person(value["person"]), _lesion(value["lesion"])
        _must((person is None) == (lesion is None))
        _must(person is None or lesion is None or lesion.person == person.id)
        if not {-1, examination.best} <= set(pictures):
            return None
        notes, protected = _text(value["notes"]), value["protected"]
        _must(type(protected) is bool)
        return Arrival(examination, pictures, lesion, person, notes, protected)


def _check(examination: Examination) -> None:
    finding = examination.finding
    _must(_EXAMINATION_ID.fullmatch(examination.id) is not None)
    _must(examination.taken_at.tzinfo is not None and 2000 <= examination.taken_at.year < 2200)
    _must(set(finding.probabilities) == set(finding.classes.codes))
    _must(set(finding.beside) == set(finding.classes.beside_codes))
    for share in (*finding.probabilities.values(), *finding.beside.values(), finding.malignancy):
        _must(0 <= _number(share) <= 1)
    _must(len(finding.classes.outputs) <= _MOST_CLASSES)
    for each in finding.classes.outputs:
        _must(len(each.names) <= _MOST_CLASSES)
        for text in (*each.names.keys(), *each.names.values()):
            _must(len(_text(text)) <= LONGEST_NAME)
    height, width = finding.saliency.shape
    _must(0 < height == width <= _WIDEST_MAP)
    _must(len(set(finding.prediction_set)) == len(finding.prediction_set))
    _must(set(finding.prediction_set) <= set(finding.classes.output_codes))
    for text in (*finding.reasons, finding.model, examination.optics):
        _text(text)
    _must(type(finding.foreign) is bool and type(examination.overridden) is bool)
    _must(examination.replaces == "" or _EXAMINATION_ID.fullmatch(examination.replaces) is not None)
    _must(1 <= len(examination.frames) <= _MOST_FRAMES)
    _must(type(examination.best) is int and 0 <= examination.best < len(examination.frames))
    for frame in examination.frames:
        for number in frame.quality.measures.values():
            _number(number)
        for text in frame.quality.advice:
            _text(text)
        _must(type(frame.used) is bool and isinstance(frame.metadata, dict))
    for number in examination.timings_ms.values():
        _number(number)


def _person(value: Any) -> Person | None:
    if value is None:
        return None
    person = Person(**{**_known(Person, value), "sex": Sex(value["sex"])})
    _must(_ID.fullmatch(person.id) is not None)
    for text in (person.pseudonym, person.name, person.notes):
        _text(text)
    for number in (person.birth_year, person.skin_type):
        _must(number is None or type(number) is int)
    return person


def _lesion(value: Any) -> Lesion | None:
    if value is None:
        return None
    stated = value["diagnosis"]
    diagnosis = None
    if stated is not None:
        day = date.fromisoformat(stated["confirmed_on"]) if stated["confirmed_on"] else None
        diagnosis = Diagnosis(
            _text(stated["label"]), Confirmation(stated["confirmed_by"]), day, _text(stated["in_words"])
        )
    lesion = Lesion(**{**_known(Lesion, value), "diagnosis": diagnosis})
    _must(_ID.fullmatch(lesion.id) is not None and _ID.fullmatch(lesion.person) is not None)
    for text in (lesion.label, lesion.region, lesion.notes):
        _text(text)
    return lesion


def _known(kind: type, value: dict[str, Any]) -> dict[str, Any]:
    return {field.name: value[field.name] for field in fields(kind)}


def _text(value: Any) -> str:
    _must(isinstance(value, str) and len(value) <= _LONGEST and "\0" not in value)
    return str(value)


def _number(value: Any) -> float:
    _must(type(value) in (int, float) and math.isfinite(value))
    return float(value)


def _must(holds: bool) -> None:
    if not holds:
        raise foreign("an examination in it has a value that can't be")


def _refuse(constant: str) -> None:
    raise ValueError(constant)
