"""A letter as programs ask for it."""

from typing import Annotated, TypedDict

from msgspec import Meta

from device.web.exports.schemas import Field


class LetterOrder(TypedDict, total=False):
    """Of which examination, lesion or person; one of the three."""

    examination: Field
    lesion: Field
    person: Field
    named: Annotated[bool, Meta(description="With name, notes, consent and overview photograph.")]
