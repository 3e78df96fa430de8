"""Types that the descriptions of several rooms share: ids, times, problems."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from device.examination import Triage
from device.records.values import LONGEST_NOTES, Confirmation

ExaminationId = Annotated[
    str,
    Meta(
        description="The id of an examination.",
        pattern=r"^[0-9]{8}T[0-9]{12}-[0-9a-f]{4}$",
        examples=["20260102T030405000678-beef"],
    ),
]
RecordId = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
ClassCode = Annotated[
    str, Meta(description="A class of lesions, by its code.", pattern="^[a-z0-9][a-z0-9_-]{0,31}$")
]
TriageName = Annotated[str, Meta(extra_json_schema={"enum": [*Triage]})]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Suspicious = Annotated[
    bool, Meta(description="To be referred, or it would be but for a fault of the picture.")
]
Share = Annotated[float, Meta(ge=0, le=1)]
Limit = Annotated[
    int,
    Meta(description="How many at most.", ge=1, le=100, extra_json_schema={"default": 24}),
]
Notice = Annotated[str, Meta(description="That this is not a medical device.")]
YesNo = Literal["yes", "no"]
Json = dict[str, Any]


class Message(TypedDict):
    """Something told to a person: a code with its values, and the sentence in English."""

    code: str
    values: dict[str, Any]
    text: str


class Diagnosis(TypedDict):
    """What a lesion turned out to be."""

    label: ClassCode
    confirmed_by: Annotated[str, Meta(extra_json_schema={"enum": [*Confirmation]})]
    confirmed_on: NotRequired[Day | None]
    in_words: NotRequired[
        Annotated[str, Meta(description="As the report says it.", max_length=LONGEST_NOTES)]
    ]


class Problem(TypedDict):
    """What went wrong (RFC 9457); `detail` is a sentence that says what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, Meta(description="What is told, for programs.")]
    values: Annotated[dict[str, Any], Meta(description="What belongs to the code.")]


PATH: dict[str, Any] = {
    "examination_id": ExaminationId,
    "person_id": Annotated[RecordId, Meta(description="The id of a person.")],
    "lesion_id": Annotated[RecordId, Meta(description="The id of a lesion.")],
    "consent_id": Annotated[RecordId, Meta(description="The id of a consent.")],
    "job_id": Annotated[
        str, Meta(description="The id of an export or import.", examples=["0123456789abcdef"])
    ],
    "name": Annotated[str, Meta(description="What someone or some program is called.")],
}
"""The types of what addresses name, by what the view calls it."""
