"""Consents as programs send and get them."""

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from device.records.consents import Scope
from device.records.signature import HEIGHT, LONGEST, WIDTH
from device.records.values import LONGEST_NAME
from device.web.schemas import Moment, RecordId

ScopeName = Annotated[str, Meta(extra_json_schema={"enum": [*Scope]})]
Signature = Annotated[
    str,
    Meta(
        description=f"An SVG path of M and L in a field of {WIDTH} x {HEIGHT}; empty: signed on paper.",
        max_length=LONGEST,
    ),
]


class NewConsent(TypedDict):
    """What someone agrees to."""

    scopes: list[ScopeName]
    by: Annotated[str, Meta(description="Who signs.", min_length=1, max_length=LONGEST_NAME)]
    signature: NotRequired[Signature]
    on_paper: NotRequired[Annotated[bool, Meta(description="Without a signature: it stands on paper.")]]


class Consent(TypedDict):
    """What someone agreed to."""

    id: RecordId
    person: RecordId
    scopes: list[ScopeName]
    text: str
    given_at: Moment
    by: str
    noted_by: str
    signature: Signature
    withdrawn_at: Moment | None
    withdrawn_by: str


class Consents(TypedDict):
    """A person's consents, newest first."""

    consents: list[Consent]
