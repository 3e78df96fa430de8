"""Persons, lesions and comparisons as programs send and get them."""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from device.records.sites import REGIONS
from device.records.values import LONGEST_NAME, LONGEST_NOTES, Sex
from device.web.schemas import (
    ClassCode,
    Diagnosis,
    ExaminationId,
    Limit,
    Moment,
    Notice,
    RecordId,
    Share,
    Suspicious,
    TriageName,
)

Pseudonym = Annotated[
    str, Meta(description="Pseudonym or number, of nobody else.", min_length=1, max_length=LONGEST_NAME)
]
Name = Annotated[str, Meta(description="May be empty.", max_length=LONGEST_NAME)]
BirthYear = Annotated[int, Meta(ge=1880, le=2199)] | None
SexCode = Annotated[str, Meta(description="Empty: not said.", extra_json_schema={"enum": [*Sex]})]
SkinType = Annotated[int, Meta(description="Fitzpatrick's.", ge=1, le=6)] | None
Notes = Annotated[str, Meta(description="Plain text.", max_length=LONGEST_NOTES)]
Label = Annotated[
    str, Meta(description="What it is called among the person's others.", max_length=LONGEST_NAME)
]
Region = Annotated[
    str,
    Meta(description="On the body map; empty: not said.", extra_json_schema={"enum": ["", *REGIONS]}),
]
Age = Annotated[int | None, Meta(description="By the end of this year, from the year of birth; not kept.")]


class Persons(TypedDict):
    """A list of persons."""

    persons: "list[Person]"


class PersonSearch(TypedDict, total=False):
    """Which persons."""

    q: Annotated[
        str,
        Meta(
            description="Text in pseudonym, name or notes, without regard to capitals and accents.",
            max_length=LONGEST_NAME,
        ),
    ]
    after: Annotated[str, Meta(description="Page on: the pseudonym of the last one.")]
    limit: Limit


Revision = Annotated[
    str, Meta(description="What tells whether somebody has changed it since. Sent with a change: 409 if so.")
]


class PersonChange(TypedDict, total=False):
    """The fields that are to change."""

    pseudonym: Pseudonym
    name: Name
    birth_year: BirthYear
    sex: SexCode
    skin_type: SkinType
    notes: Notes
    revision: Revision


class NewPerson(TypedDict):
    """A person to add."""

    pseudonym: Pseudonym
    name: NotRequired[Name]
    birth_year: NotRequired[BirthYear]
    sex: NotRequired[SexCode]
    skin_type: NotRequired[SkinType]
    notes: NotRequired[Notes]


class Person(TypedDict):
    """Someone who was examined."""

    id: RecordId
    pseudonym: Pseudonym
    name: Name
    birth_year: BirthYear
    age: Age
    sex: SexCode
    skin_type: SkinType
    notes: Notes
    revision: Revision


class LesionChange(TypedDict, total=False):
    """The fields that are to change, or those of a new lesion."""

    label: Label
    region: Region
    notes: Notes
    diagnosis: Annotated[Diagnosis | None, Meta(description="null: not confirmed.")]
    revision: Revision


class Lesion(TypedDict):
    """One spot on one person."""

    id: RecordId
    person: RecordId
    label: Label
    region: Region
    anatom_site_general: Annotated[str, Meta(description="The ISIC archive's name; empty: not said.")]
    anatom_site_special: Annotated[str, Meta(description="The ISIC archive's name, where there is one.")]
    notes: Notes
    diagnosis: Diagnosis | None
    revision: Revision


class Lesions(TypedDict):
    """A person's lesions."""

    lesions: list[Lesion]


class TimelineEntry(TypedDict):
    """One examination of a lesion."""

    id: ExaminationId
    taken_at: Moment
    age: Annotated[int | None, Meta(description="The person's, by the end of that year.")]
    triage: TriageName
    likeliest: Annotated[ClassCode | None, Meta(description="null: it doesn't look like a lesion.")]
    malignancy: Share
    suspicious: Suspicious


class LesionOverTime(Lesion):
    """A lesion with its newest 100 examinations, newest first."""

    examinations: list[TimelineEntry]
    notice: Notice


class ExaminationChange(TypedDict, total=False):
    """What is said of an examination."""

    lesion: Annotated[RecordId | None, Meta(description="The id of the lesion it shows; null: not known.")]
    notes: Notes
    protected: Annotated[bool, Meta(description="Never deleted for its age or to make room.")]
    revision: Revision


class Assignment(TypedDict):
    """What is said of an examination."""

    id: ExaminationId
    lesion: RecordId | None
    person: RecordId | None
    notes: str
    protected: bool
    revision: Revision


class ComparisonQuery(TypedDict, total=False):
    """Which two examinations."""

    first: Annotated[str, Meta(description="An examination; the oldest where it isn't said.")]
    second: Annotated[str, Meta(description="An examination; the newest where it isn't said.")]


class Colour(TypedDict):
    """Of the lesion's mean less the skin around it, CIELAB."""

    lightness: float
    red: float
    yellow: float


class Compared(TypedDict):
    """One of the two."""

    id: ExaminationId
    taken_at: Moment
    model: str
    triage: TriageName
    diameter_mm: float | None
    area_mm2: float | None
    colour: Colour | None
    outline: Annotated[
        list[list[float]] | None,
        Meta(description="Its border, each point as shares of width and height."),
    ]


class Alignment(TypedDict):
    """How the later picture lies over the earlier one."""

    degrees: float
    scale: Annotated[
        float,
        Meta(description="How much the later picture is enlarged: by the lenses, where both have a scale."),
    ]
    seen_scale: Annotated[
        float,
        Meta(description="How much the points of the skin by themselves would have it enlarged."),
    ]
    points: int


class Comparison(TypedDict):
    """Two examinations of a lesion, and what has changed."""

    first: Compared
    second: Compared
    alignment: Alignment | None
    at_odds: Annotated[
        bool,
        Meta(
            description="Whether points of the skin show quite another magnification than the lenses tell: "
            "then sizes aren't compared."
        ),
    ]
    looks_different: Annotated[
        bool,
        Meta(description="Whether they plainly look like two lesions: no points agree, nor do the colours."),
    ]
    grown: Annotated[
        float | None,
        Meta(description="Change of the longest diameter, as a share; null where scale or size isn't known."),
    ]
    size_noise: float
    colour_difference: Annotated[float | None, Meta(description="CIE 1976.")]
    colour_noise: float
    notice: Notice
