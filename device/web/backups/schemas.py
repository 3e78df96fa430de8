"""Backups and restorations as programs get them."""

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from device.web.schemas import Moment


class Backups(TypedDict):
    """When everything was last carried elsewhere."""

    taken_at: Moment | None
    daily_copy_at: Moment | None
    examinations: int
    trouble: str


class Restoration(TypedDict):
    """How far a restoration is."""

    progress: Literal["none", "running", "failed", "done"]
    done: Annotated[int, Meta(description="Pictures that were looked at.")]
    total: int
    fault: str
    examinations: Annotated[int | None, Meta(description="How many came back.")]
    damaged: Annotated[list[str], Meta(description="Pictures and ids that are damaged there.")]
