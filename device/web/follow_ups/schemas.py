"""Follow-ups as programs send and get them."""

from typing import Annotated, TypedDict

from msgspec import Meta

from device.web.schemas import Day, ExaminationId, Moment, Notice, RecordId, TriageName

DueOn = Annotated[Day | None, Meta(description="When to look again; null: not at all.")]


class FollowUpChange(TypedDict):
    """Another day."""

    due_on: DueOn


class FollowUp(TypedDict):
    """When to look at the lesion of an examination again."""

    examination: ExaminationId
    due_on: DueOn
    set_by: Annotated[str, Meta(description="Who said so; empty: the setting for its triage.")]


class Due(TypedDict):
    """A lesion to look at again."""

    examination: ExaminationId
    due_on: Day
    taken_at: Moment
    triage: TriageName
    lesion: RecordId | None
    person: RecordId | None
    pseudonym: str


class DueList(TypedDict):
    """The lesions to look at again, soonest first; at most 200."""

    due: list[Due]
    notice: Notice


class DueQuery(TypedDict, total=False):
    """Until when."""

    until: Annotated[str, Meta(description="YYYY-MM-DD, the day included; all where it isn't said.")]


class OverviewQuery(TypedDict, total=False):
    """Of which examination."""

    examination: ExaminationId
