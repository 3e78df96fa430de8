"""An examination of an export, read back: every value of the right kind, or none of it."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import partial
from typing import Any

from device.documents import ID, read_examination, read_json, read_opinion
from device.export.archive import IMAGES
from device.export.trust import Trusted, foreign, refusing_broken_files
from device.records.consents import Consent, read_consent
from device.records.follow_ups import FollowUp
from device.records.importer import Imported
from device.records.pictures import OVERVIEW
from device.records.values import LONGEST_NAME, LONGEST_NOTES, Confirmation, Diagnosis, Lesion, Person, Sex
from device.records.words import check_text


def read_imported(line: bytes, trusted: Trusted, name_of: Callable[[str, int], str]) -> Imported | None:
    """The examination of one line; `name_of` gives a picture's name by id and number.

    None when its shown or small picture was left out as damaged. Raises ExportError for a value of
    a wrong kind.
    """
    with refusing_broken_files():
        value = read_json(line)
        examination = read_examination(value["examination"])
        pictures = {}
        for each in value["pictures"]:
            frame, name = each["frame"], name_of(examination.id, each["frame"])
            _must(type(frame) is int and OVERVIEW <= frame < len(examination.frames) and each["file"] == name)
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
        check_text("notes", notes, LONGEST_NOTES)
        _must(type(protected) is bool)
        # Exports of before there were opinions have none.
        opinions = tuple(map(read_opinion, value.get("opinions", ())))
        _must(all(each.examination == examination.id for each in opinions))
        consents = tuple(_consent(each, person) for each in value.get("consents", ()))
        follow_up = _follow_up(value.get("follow_up"))
        return Imported(
            examination, pictures, lesion, person, notes, protected, opinions, follow_up, consents
        )


def _person(value: Any) -> Person | None:
    if value is None:
        return None
    person = Person(**{**_known(Person, value), "sex": Sex(value["sex"])})
    _must(ID.fullmatch(person.id) is not None)
    for text in (person.pseudonym, person.name, person.notes):
        _text(text)
    person.check_texts()
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
    _must(ID.fullmatch(lesion.id) is not None and ID.fullmatch(lesion.person) is not None)
    for text in (lesion.label, lesion.region, lesion.notes):
        _text(text)
    lesion.check_texts()
    return lesion


def _consent(value: Any, person: Person | None) -> Consent:
    consent = read_consent({name: _text(text) for name, text in value.items()})
    _must(ID.fullmatch(consent.id) is not None and person is not None and consent.person == person.id)
    consent.check_texts()
    return consent


def _follow_up(value: Any) -> FollowUp | None:
    if value is None:
        return None
    check_text("set_by", _text(value["set_by"]), LONGEST_NAME)
    return FollowUp(date.fromisoformat(value["due_on"]) if value["due_on"] else None, value["set_by"])


def _known(kind: type, value: dict[str, Any]) -> dict[str, Any]:
    return {field.name: value[field.name] for field in fields(kind)}


def _text(value: Any) -> str:
    _must(isinstance(value, str))
    return str(value)


def _must(holds: bool) -> None:
    if not holds:
        raise foreign("value_impossible")
