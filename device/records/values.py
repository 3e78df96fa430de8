"""Persons, lesions, and what is said of an examination: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from device.classes import is_code
from device.errors import ValueRefusedError
from device.examination import Source, Triage, date_known, day_known
from device.records.sites import REGIONS, Region
from device.records.words import check_line, check_text
from device.words.marks import N_

OTHER = "other"
"""A confirmed diagnosis that is none of a model's classes."""

LONGEST_NAME = 120
"""Letters in a pseudonym, a name or a label."""

LONGEST_NOTES = 4000
"""Letters in notes."""

_YEARS = range(1880, 2200)


class Sex(StrEnum):
    """As the ISIC archive writes it; empty is not said."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNSAID = ""


class Confirmation(StrEnum):
    """How a diagnosis was confirmed."""

    HISTOPATHOLOGY = N_("histopathology")
    FOLLOW_UP = N_("follow-up")
    CONSENSUS = N_("consensus")
    CONFOCAL = N_("confocal")


ISIC_CONFIRMATIONS: Mapping[Confirmation, str] = {
    Confirmation.HISTOPATHOLOGY: "histopathology",
    Confirmation.FOLLOW_UP: "serial imaging showing no change",
    Confirmation.CONSENSUS: "single image expert consensus",
    Confirmation.CONFOCAL: "confocal microscopy with consensus dermoscopy",
}
"""The ISIC archive's words for it, under `diagnosis_confirm_type`."""


@dataclass(frozen=True)
class Person:
    """Someone examined, known by a pseudonym or number; everything else may be left out.

    `id` is made by the records and never changes; `skin_type` is Fitzpatrick's, 1 to 6
    (Arch. Dermatol. 124:869, 1988, doi:10.1001/archderm.1988.01670060015008).
    `damaged` is true when it isn't as it was saved. Raises ValueRefusedError for a value without meaning.
    """

    id: str
    pseudonym: str
    name: str = ""
    birth_year: int | None = None
    sex: Sex = Sex.UNSAID
    skin_type: int | None = None
    notes: str = ""
    damaged: bool = False

    def __post_init__(self) -> None:
        """Check every field."""
        _require(bool(self.pseudonym.strip()), "pseudonym", "pseudonym_missing")
        _require(
            self.birth_year is None or self.birth_year in _YEARS,
            "birth_year",
            "birth_year_refused",
        )
        _require(
            self.skin_type in (None, *range(1, 7)),
            "skin_type",
            "skin_type_refused",
        )

    def check_texts(self) -> None:
        """Raise ValueRefusedError unless its texts can be written; what was written is never refused."""
        check_line("pseudonym", self.pseudonym, LONGEST_NAME)
        check_line("name", self.name, LONGEST_NAME)
        check_text("notes", self.notes, LONGEST_NOTES)

    def age_on(self, day: date) -> int | None:
        """Age in years by the end of that year; None when the year of birth isn't known, or is later."""
        if self.birth_year is None or day.year < self.birth_year:
            return None
        return day.year - self.birth_year


@dataclass(frozen=True)
class Diagnosis:
    """What a lesion turned out to be: the code of a class, or `OTHER`, and how that is known.

    `in_words` is for what the report says. Raises ValueRefusedError for what is no code.
    """

    label: str
    confirmed_by: Confirmation
    confirmed_on: date | None = None
    in_words: str = ""

    def __post_init__(self) -> None:
        """Check the class."""
        _require(
            is_code(self.label),
            "diagnosis",
            "diagnosis_no_code",
        )


@dataclass(frozen=True)
class Lesion:
    """One spot on one person, seen over time.

    `person` is that person's id; `label` is what it is called among the person's others;
    `region` is a key of `REGIONS`, or empty when nobody said where it is.
    `damaged` is true when it isn't as it was saved. Raises ValueRefusedError for another region.
    """

    id: str
    person: str
    label: str = ""
    region: str = ""
    notes: str = ""
    diagnosis: Diagnosis | None = None
    damaged: bool = False

    def __post_init__(self) -> None:
        """Check the region."""
        _require(not self.region or self.region in REGIONS, "region", "no_such_region")

    def check_texts(self) -> None:
        """Raise ValueRefusedError unless its texts can be written; what was written is never refused."""
        check_line("label", self.label, LONGEST_NAME)
        check_text("notes", self.notes, LONGEST_NOTES)
        check_text("in_words", self.diagnosis.in_words if self.diagnosis else "", LONGEST_NOTES)

    @property
    def site(self) -> Region | None:
        """Where it is, in the body map's and the ISIC archive's words."""
        return REGIONS.get(self.region)


@dataclass(frozen=True)
class Line:
    """An examination as one line of a list: what the history shows without opening it.

    `likeliest` is empty of a picture that doesn't look like a lesion; `pseudonym` and `lesion`
    are empty while it is not assigned, and `diagnosis` while the lesion's is not confirmed;
    `suspicious` is as `Finding` has it. `withheld` is true while its finding waits for an
    examiner's own opinion.
    `due_on` is when to look at it again (ISO 8601), empty when nobody said.
    `damaged` is true when its row isn't as it was saved; what can't be read of it is then empty.
    `clock_set` is as `Examination` has it.
    """

    number: int
    id: str
    taken_at: datetime
    triage: Triage
    likeliest: str
    malignancy: float
    protected: bool
    notes: str
    lesion: str
    region: str
    diagnosis: str
    person: str
    pseudonym: str
    source: Source = Source.CAMERA
    withheld: bool = False
    due_on: str = ""
    damaged: bool = False
    suspicious: bool = False
    clock_set: bool | None = None

    @property
    def date_known(self) -> bool:
        """Whether `taken_at` can be believed."""
        return date_known(self.taken_at, self.clock_set)

    @property
    def due_day(self) -> str:
        """`due_on`, unless it follows from a press by a clock of 1970: it is due then, and has no day."""
        return self.due_on if self.due_on and day_known(date.fromisoformat(self.due_on)) else ""


@dataclass(frozen=True)
class Outcome:
    """What one examination said, and what the lesion turned out to be: for the device's own accuracy.

    `diagnosis` is the code of a class or `OTHER`, and `malignant` whether the model that was asked
    has this class as malignant (None: it doesn't know it); `likeliest` is empty of a picture that
    doesn't look like a lesion; `malignancy` is a probability, 0 to 1.
    """

    lesion: str
    diagnosis: str
    confirmed_by: Confirmation
    triage: Triage
    likeliest: str
    malignancy: float
    model: str
    malignant: bool | None = None


@dataclass(frozen=True)
class Reading:
    """What an examiner and the device said of one examination, and what the lesion turned out to be.

    `lesion` is empty while it isn't assigned; `device_label` of a picture that doesn't look like a lesion;
    `malignant` is None while the diagnosis isn't confirmed, or where it isn't known of its class.
    """

    examination: str
    lesion: str
    reader: str
    triage: Triage
    label: str
    blind: bool
    device_triage: Triage
    device_label: str
    malignant: bool | None


def revision_of(value: Person | Lesion | Line) -> str:
    """What tells whether somebody has changed it since it was read."""
    return revision_of_notes(value.notes, value.protected) if isinstance(value, Line) else _digest(value)


def revision_of_notes(notes: str, protected: bool) -> str:
    """The revision of an examination that says this."""
    return _digest((notes, protected))


def _digest(value: object) -> str:
    return sha256(repr(value).encode()).hexdigest()[:16]


def _require(holds: bool, field: str, otherwise: str) -> None:
    if not holds:
        raise ValueRefusedError(field, otherwise)
