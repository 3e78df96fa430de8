"""Persons, lesions and diagnoses as forms and programs send them, and as programs read them."""

import re
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, TypeVar, cast

from device.errors import ValueRefusedError
from device.records.description import diagnosis_to_json
from device.records.values import Confirmation, Diagnosis, Lesion, Person, Sex, revision_of
from device.service.clock import EARLIEST
from device.web.classes import diagnoses
from device.web.people import schemas
from device.web.schemas import Diagnosis as Confirmed
from device.words.marks import N_

DIAGNOSIS_FIELDS = ("label", "confirmed_by", "confirmed_on", "in_words")

TITLES = {
    "pseudonym": N_("Pseudonym or number"),
    "name": N_("Name"),
    "birth_year": N_("Year of birth"),
    "sex": N_("Sex"),
    "skin_type": N_("Skin type (Fitzpatrick)"),
    "notes": N_("Notes"),
    "label": N_("Label"),
    "region": N_("Where on the body"),
    "confirmed_by": N_("How it was confirmed"),
    "confirmed_on": N_("Date of the report"),
    "in_words": N_("In the report's own words"),
}
"""What the fields of forms are called."""

LONGEST_LIFE = 125
"""Years: the oldest of whom it is known for certain died at 122."""
_EAST = timezone(timedelta(hours=14))
"""Where a day begins first."""

_DIGITS = re.compile(r"[0-9]{1,4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Choice = TypeVar("Choice", bound=StrEnum)


def person_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Person that are among `given`, typed. Raises ValueRefusedError."""
    fields: dict[str, Any] = _texts(given, "pseudonym", "name", "notes")
    for field in ("birth_year", "skin_type"):
        if field in given:
            fields[field] = _number(field, given[field])
    _check_birth_year(fields.get("birth_year"))
    if "sex" in given:
        fields["sex"] = _choice("sex", Sex, given["sex"])
    return fields


def lesion_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Lesion but for its diagnosis that are among `given`. Raises ValueRefusedError."""
    return _texts(given, "label", "region", "notes")


def read_diagnosis(given: Mapping[str, Any], now: Diagnosis | None = None) -> Diagnosis | None:
    """The diagnosis in the fields of a form or an object; None when its label is empty.

    Its class is one of the open bundle's, or the one that it has `now`. Raises ValueRefusedError.
    """
    for field in DIAGNOSIS_FIELDS:
        if not isinstance(given.get(field) or "", str):
            raise ValueRefusedError(field, "field_of_wrong_type", field=field)
    label = given.get("label") or ""
    if not label:
        return None
    if label not in (known := diagnoses(now)):
        raise ValueRefusedError("diagnosis", "diagnosis_unknown", known=list(known))
    if not given.get("confirmed_by"):
        raise ValueRefusedError("confirmed_by", "confirmation_missing")
    day = given.get("confirmed_on") or ""
    return Diagnosis(
        label,
        _choice("confirmed_by", Confirmation, given["confirmed_by"]),
        _past_day("confirmed_on", day) if day else None,
        (given.get("in_words") or "").strip(),
    )


def describe_person(person: Person) -> schemas.Person:
    """Plain values; the age is today's, by the device's clock."""
    return {
        "id": person.id,
        "pseudonym": person.pseudonym,
        "name": person.name,
        "birth_year": person.birth_year,
        "age": person.age_on(date.today()),
        "sex": person.sex.value,
        "skin_type": person.skin_type,
        "notes": person.notes,
        "revision": revision_of(person),
    }


def describe_lesion(lesion: Lesion) -> schemas.Lesion:
    """Plain values, with the ISIC archive's names for where it is."""
    diagnosis = diagnosis_to_json(lesion.diagnosis) if lesion.diagnosis else None
    return {
        "id": lesion.id,
        "person": lesion.person,
        "label": lesion.label,
        "region": lesion.region,
        "anatom_site_general": lesion.site.general if lesion.site else "",
        "anatom_site_special": lesion.site.special if lesion.site else "",
        "notes": lesion.notes,
        "diagnosis": cast(Confirmed | None, diagnosis),
        "revision": revision_of(lesion),
    }


def _texts(given: Mapping[str, Any], *fields: str) -> dict[str, Any]:
    # Browsers send the lines of a text with both signs of their ends.
    return {field: given[field].replace("\r\n", "\n").strip() for field in fields if field in given}


def _number(field: str, given: object) -> int | None:
    if given is None or isinstance(given, int):
        return given
    text = str(given).strip()
    if text and not _DIGITS.fullmatch(text):
        raise ValueRefusedError(field, "number_refused")
    return int(text) if text else None


def _check_birth_year(year: int | None) -> None:
    """Raise ValueRefusedError for a year that nobody who lives was born in."""
    today = latest_day()
    if year is not None and year > today.year:
        raise ValueRefusedError("birth_year", "birth_year_future")
    if year is not None and year < today.year - LONGEST_LIFE:
        raise ValueRefusedError("birth_year", "birth_year_too_early", earliest=today.year - LONGEST_LIFE)


def latest_day() -> date:
    """The latest day that it is anywhere on Earth; a clock that was never set is taken for the program's."""
    moment = max(time.time(), EARLIEST)
    return datetime.fromtimestamp(moment, _EAST).date()


def _past_day(field: str, text: str) -> date:
    day = read_day(field, text)
    if day > latest_day():
        raise ValueRefusedError(field, "diagnosis_future")
    return day


def _choice(field: str, among: type[Choice], given: str) -> Choice:
    try:
        return among(given)
    except ValueError as error:
        names = ", ".join(each.value for each in among if each.value)
        raise ValueRefusedError(field, "choose_one_of", names=names) from error


def read_day(field: str, text: str) -> date:
    """A date as YYYY-MM-DD. Raises ValueRefusedError."""
    try:
        # On its own, fromisoformat also takes weeks.
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueRefusedError(field, "date_refused")
