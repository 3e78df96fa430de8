"""Examinations that come from another device: each with its pictures, whole or not there."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

from device.errors import RecordsError
from device.examination import Examination
from device.message import Message
from device.opinion import Opinion
from device.records import files, follow_ups
from device.records.consents import Consent, Consents
from device.records.database import Database
from device.records.examinations import Examinations, digest_of
from device.records.follow_ups import FollowUp
from device.records.lesions import Lesions
from device.records.opinions import Opinions
from device.records.persons import Persons
from device.records.pictures import OVERVIEW, Pictures
from device.records.values import Lesion, Person
from device.serialization import examination_to_json

Read = Callable[[], bytes]
"""Gives the bytes of a picture, when they are wanted."""


class Standing(StrEnum):
    """How something that is imported stands to what is here."""

    NEW = "new"
    KNOWN = "known"
    DIFFERS = "differs"
    DELETED = "deleted"


@dataclass(frozen=True)
class Imported:
    """An examination from elsewhere, with its lesion and person if it is assigned.

    `pictures` holds SHA-256, size and bytes of each picture that came, by the number of the frame.
    """

    examination: Examination
    pictures: Mapping[int, tuple[bytes, int, Read]]
    lesion: Lesion | None = None
    person: Person | None = None
    notes: str = ""
    protected: bool = False
    opinions: tuple[Opinion, ...] = ()
    follow_up: FollowUp | None = None
    consents: tuple[Consent, ...] = ()


class Importer:
    """Takes what is imported into the records; nothing that is here is changed by it. Raises RecordsError."""

    def __init__(self, database: Database, pictures: Pictures) -> None:
        self._database, self._pictures = database, pictures
        self._examinations = Examinations(database)
        self._persons, self._lesions = Persons(database), Lesions(database)
        self._opinions = Opinions(database)
        self._consents = Consents(database)

    def compare(self, imported: Imported) -> Standing:
        """How the examination stands to what is here."""
        ours = self._examinations.get(imported.examination.id)
        if ours is None:
            gone = self._database.read(
                "SELECT 1 FROM deleted WHERE digest = ?", digest_of(imported.examination.id)
            )
            return Standing.DELETED if gone else Standing.NEW
        kept = {frame: digest for frame, digest, _ in self._examinations.pictures(ours.id)}
        same = all(
            # An overview may be taken anew.
            frame == OVERVIEW or kept.get(frame) in (None, digest)
            for frame, (digest, _, _) in imported.pictures.items()
        ) and json.dumps(examination_to_json(ours)) == json.dumps(examination_to_json(imported.examination))
        return Standing.KNOWN if same else Standing.DIFFERS

    def refuse(self, imported: Imported) -> Message | None:
        """Why its person or lesion can't be the one that is here by that name; None when it can be."""
        theirs, lesion = imported.person, imported.lesion
        if theirs is None or lesion is None:
            return None
        ours = self._whom(theirs)
        if ours is None:
            return None
        if _clash(ours.sex, theirs.sex):
            return Message("other_sex", pseudonym=theirs.pseudonym)
        if _clash(ours.birth_year, theirs.birth_year):
            return Message("other_birth_year", pseudonym=theirs.pseudonym)
        if _clash(ours.skin_type, theirs.skin_type):
            return Message("other_skin_type", pseudonym=theirs.pseudonym)
        known = self._lesions.get(lesion.id)
        if known and known.person != ours.id:
            return Message("other_persons_lesion", pseudonym=theirs.pseudonym)
        return None

    def differences(self, imported: Imported) -> Message | None:
        """What is kept as it is here though it says something else there; None when nothing."""
        theirs = imported.lesion
        ours = self._lesions.get(theirs.id) if theirs else None
        if theirs and ours and (ours.region, ours.diagnosis) != (theirs.region, theirs.diagnosis):
            name = theirs.label or theirs.id
            return Message("lesion_says_else", name=name)
        return None

    def take(self, imported: Imported) -> None:
        """Keep it; when this returns, a loss of power can't undo it, and before it leaves nothing behind.

        It becomes the newest here, since the order is that in which they were saved.
        """
        examination = imported.examination
        self._database.card.refuse_new(Message("examination_not_kept", id=examination.id))
        try:
            self._examinations.begin(examination.id)
            self._keep(imported)
        except (OSError, sqlite3.Error) as error:
            self._clear(imported)
            what = Message("examination_not_kept", id=examination.id)
            raise self._database.card.refusal(what, error, "try_again") from error
        except BaseException:
            self._clear(imported)
            raise

    def _keep(self, imported: Imported) -> None:
        examination = imported.examination
        places = []
        for frame, (digest, _, read) in imported.pictures.items():
            data, place = read(), self._pictures.path(examination.id, frame)
            if sha256(data).digest() != digest:
                raise RecordsError("changed_while_read", name=place.name)
            files.write_unfinished(place, data)
            places.append(place)
        files.finish(places)
        for place in places:
            files.give_to_owner(place)
        self._examinations.insert(
            examination,
            {frame: (digest, size) for frame, (digest, size, _) in imported.pictures.items()},
            lambda writer: self._assign(writer, imported),
        )

    def _clear(self, imported: Imported) -> None:
        examination_id = imported.examination.id
        if self._examinations.get(examination_id):
            return
        # Should the disk refuse this too: they are noted as unsettled, and go at the next start.
        with suppress(OSError, sqlite3.Error):
            self._examinations.begin(examination_id)
            self._pictures.remove(examination_id, imported.pictures)
            self._examinations.settle(examination_id)

    def _assign(self, writer: sqlite3.Connection, imported: Imported) -> None:
        lesion = imported.lesion
        if imported.person and lesion:
            person = self._whom(imported.person) or self._persons.insert(writer, imported.person)
            self._lesions.insert(writer, lesion, person.id)
            for consent in imported.consents:
                self._consents.insert(writer, replace(consent, person=person.id))
        self._examinations.describe(
            writer, imported.examination.id, lesion.id if lesion else None, imported.notes, imported.protected
        )
        self._opinions.insert(writer, imported.opinions)
        if imported.follow_up:
            follow_ups.insert(writer, imported.examination.id, imported.follow_up)

    def _whom(self, theirs: Person) -> Person | None:
        """The same id or the same pseudonym is the same person."""
        return self._persons.get(theirs.id) or self._persons.known_as(theirs.pseudonym)


def _clash(ours: object, theirs: object) -> bool:
    """Whether both are known, and differ."""
    return bool(ours) and bool(theirs) and ours != theirs
