"""What is asked for: which examinations, in which format, with names or without."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from device.errors import ExportError
from device.examination import Triage
from device.records import Query

FORMATS: Mapping[str, str] = {
    "csv": "csv",
    "json": "json",
    "zip": "zip",
    "pdf": "pdf",
    "dicom": "dicom.zip",
}
"""The formats, and how their files' names end."""


@dataclass(frozen=True)
class Order:
    """One export.

    Without `named`, names and notes are left out: notes are free text, and may name someone.
    `words` holds what a report says, by key, in the reader's language; see `report.TEXTS`.
    Raises ExportError for another format.
    """

    format: str
    query: Query = field(default_factory=Query)
    named: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the format."""
        if self.format not in FORMATS:
            raise ExportError(f"a format is one of {', '.join(FORMATS)}")


def to_json(order: Order) -> str:
    """The order as a text, for another process."""
    query = {name: value for name, value in asdict(order.query).items() if value not in (None, "")}
    for name in ("since", "until"):
        if name in query:
            query[name] = query[name].isoformat()
    return json.dumps({**vars(order), "query": query})


def from_json(text: str) -> Order:
    """The inverse of `to_json`."""
    told = json.loads(text)
    query = told.pop("query")
    for name in ("since", "until"):
        if name in query:
            query[name] = datetime.fromisoformat(query[name])
    if "triage" in query:
        query["triage"] = Triage(query["triage"])
    return Order(query=Query(**query), **told)
