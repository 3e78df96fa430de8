"""Examinations that come from another device: each with its pictures, whole or not there."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from device.errors import RecordsError
from device.examination import Examination
from device.message import Message
from device.opinion import Opinion
from device.records import files
from device.records.database import Database
from device.records.examinations import Examinations, digest_of
from device.records.lesions import Lesions
from device.records.opinions import Opinions
from device.records.persons import Persons
from device.records.pictures import Pictures
from device.records.values import Lesion, Person
from device.serialization import examination_to_json

Read = Callable[[], bytes]
"""Gives the bytes of a picture, when they are wanted."""


class Standing(StrEnum):
    """How something that arrives stands to what is here."""

    NEW = "new"
    KNOWN = "known"
    DIFFERS = "differs"
    DELETED = "deleted"


@dataclass(frozen=True)
class Arrival:
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


class Arrivals:
    """Takes what arrives into the records; nothing that is here is changed by it. Raises RecordsError."""

    def __init__(self, database: Database, pictures: Pictures) -> None:
        self._database, self._pictures = database, pictures
        self._examinations = Examinations(database)
        self._persons, self._lesions = Persons(database), Lesions(database)
        self._opinions = Opinions(database)

    def compare(self, arrival: Arrival) -> Standing:
        """How the examination stands to what is here."""
        ours = self._examinations.get(arrival.examination.id)
        if ours is None:
            gone = self._database.read(
                "SELECT 1 FROM deleted WHERE digest = ?", digest_of(arrival.examination.id)
            )
            return Standing.DELETED if gone else Standing.NEW
        kept = {frame: digest for frame, digest, _ in self._examinations.pictures(ours.id)}
        same = all(
            kept.get(frame) in (None, digest) for frame, (digest, _, _) in arrival.pictures.items()
        ) and json.dumps(examination_to_json(ours)) == json.dumps(examination_to_json(arrival.examination))
        return Standing.KNOWN if same else Standing.DIFFERS

    def refuse(self, arrival: Arrival) -> str:
        """Why its person or lesion can't be the one that is here by that name; empty when it can be."""
        theirs, lesion = arrival.person, arrival.lesion
        if theirs is None or lesion is None:
            return ""
        ours = self._whom(theirs)
        if ours is None:
            return ""
        if _clash(ours.sex, theirs.sex):
            return f"'{theirs.pseudonym}' is somebody else here, of another sex"
        if _clash(ours.birth_year, theirs.birth_year):
            return f"'{theirs.pseudonym}' is somebody else here, born in another year"
        if _clash(ours.skin_type, theirs.skin_type):
            return f"'{theirs.pseudonym}' is somebody else here, of another skin type"
        known = self._lesions.get(lesion.id)
        if known and known.person != ours.id:
            return f"the lesion of '{theirs.pseudonym}' is somebody else's here"
        return ""

    def differences(self, arrival: Arrival) -> str:
        """What is kept as it is here though it says something else there, in words; empty when nothing."""
        theirs = arrival.lesion
        ours = self._lesions.get(theirs.id) if theirs else None
        if theirs and ours and (ours.region, ours.diagnosis) != (theirs.region, theirs.diagnosis):
            name = theirs.label or theirs.id
            return f"Lesion {name} says something else here; its site and diagnosis were left as they are."
        return ""

    def take(self, arrival: Arrival) -> None:
        """Keep it; when this returns, a loss of power can't undo it, and before it leaves nothing behind.

        It becomes the newest here, since the order is that in which they were saved.
        """
        examination = arrival.examination
        self._database.card.refuse_new(Message("examination_not_kept", id=examination.id))
        try:
            self._examinations.begin(examination.id)
            self._keep(arrival)
        except (OSError, sqlite3.Error) as error:
            self._clear(arrival)
            what = Message("examination_not_kept", id=examination.id)
            raise self._database.card.refusal(what, error, "try_again") from error
        except BaseException:
            self._clear(arrival)
            raise

    def _keep(self, arrival: Arrival) -> None:
        examination = arrival.examination
        places = []
        for frame, (digest, _, read) in arrival.pictures.items():
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
            {frame: (digest, size) for frame, (digest, size, _) in arrival.pictures.items()},
            lambda writer: self._assign(writer, arrival),
        )

    def _clear(self, arrival: Arrival) -> None:
        examination_id = arrival.examination.id
        if self._examinations.get(examination_id):
            return
        # Should the disk refuse this too: they are noted as unsettled, and go at the next start.
        with suppress(OSError, sqlite3.Error):
            self._examinations.begin(examination_id)
            self._pictures.remove(examination_id, arrival.pictures)
            self._examinations.settle(examination_id)

    def _assign(self, writer: sqlite3.Connection, arrival: Arrival) -> None:
        lesion = arrival.lesion
        if arrival.person and lesion:
            person = self._whom(arrival.person) or self._persons.insert(writer, arrival.person)
            self._lesions.insert(writer, lesion, person.id)
        self._examinations.describe(
            writer, arrival.examination.id, lesion.id if lesion else None, arrival.notes, arrival.protected
        )
        self._opinions.insert(writer, arrival.opinions)

    def _whom(self, theirs: Person) -> Person | None:
        """The same id or the same pseudonym is the same person."""
        return self._persons.get(theirs.id) or self._persons.known_as(theirs.pseudonym)


def _clash(ours: object, theirs: object) -> bool:
    """Whether both are known, and differ."""
    return bool(ours) and bool(theirs) and ours != theirs
