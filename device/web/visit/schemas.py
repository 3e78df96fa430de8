"""Who is being examined, as programs send and get it."""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from device.web.schemas import RecordId


class NewVisit(TypedDict):
    """Who is to be examined from now on."""

    person: RecordId
    lesion: NotRequired[
        Annotated[
            RecordId | None,
            Meta(description="One of this person; null: each press shows a new one."),
        ]
    ]


class Visit(TypedDict):
    """Who is being examined: whom a press shows."""

    person: Annotated[RecordId | None, Meta(description="null: nobody was chosen.")]
    lesion: Annotated[RecordId | None, Meta(description="null: each press shows a new one of this person.")]
    ends_in: Annotated[float, Meta(description="Seconds until it ends by itself; 0 without one.", ge=0)]


class Code(TypedDict):
    """What a code says."""

    text: str
