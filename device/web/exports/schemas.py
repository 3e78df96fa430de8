"""Exports and imports as programs send and get them."""

from typing import Annotated, Any, Literal, Required, TypedDict

from msgspec import Meta

from device.export import FORMATS
from device.records.query_text import LONGEST_TEXT
from device.web.schemas import Moment, Notice

Format = Annotated[str, Meta(extra_json_schema={"enum": [*FORMATS]})]
Field = Annotated[str, Meta(max_length=LONGEST_TEXT)]

ExportOrder = TypedDict(
    "ExportOrder",
    {
        "format": Required[Format],
        "named": bool,
        "examination": Field,
        "person": Field,
        "lesion": Field,
        "text": Field,
        "since": Annotated[str, Meta(description="YYYY-MM-DD.")],
        "until": Annotated[str, Meta(description="YYYY-MM-DD, the day included.")],
        "zone": Annotated[str, Meta(description="The days' time zone, by IANA's name; left out: UTC.")],
        "class": Annotated[str, Meta(description="The likeliest class.")],
        "triage": str,
        "site": str,
        "confirmed": Annotated[str, Meta(description="yes or no")],
        "assigned": Annotated[str, Meta(description="yes or no")],
    },
    total=False,
)


class ImportQuery(TypedDict, total=False):
    """How to import."""

    again: Annotated[str, Meta(description="yes: also what was deleted here.")]


class Job(TypedDict):
    """An export or import, and how it stands."""

    id: str
    kind: Annotated[str, Meta(extra_json_schema={"enum": ["export", "import"]})]
    format: Format
    who: str
    whom: Annotated[
        list[str], Meta(description="Pseudonyms of those whom it shows; of many the first, and …")
    ]
    named: bool
    started_at: Moment
    progress: Literal["running", "done", "failed", "cancelled"]
    done: int
    total: Annotated[int, Meta(description="Examinations; of an import also pictures. 0 until it is known.")]
    result: Annotated[
        dict[str, Any] | None,
        Meta(
            description="Of an export: examinations, bytes, left_out (damaged pictures), unprinted (letters "
            "that no font here has), packages (Debian's with such fonts). Of an import: "
            "added, known, deleted, conflicts, damaged, sentences."
        ),
    ]
    fault: str
    file: Annotated[str | None, Meta(description="Where its file can be had.")]
    notice: Notice


class JobList(TypedDict):
    """Jobs, newest first."""

    exports: list[Job]
