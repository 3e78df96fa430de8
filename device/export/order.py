"""What is asked for: which examinations, in which format, with names or without."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from device.examination import Triage
from device.records import Query
from device.words import ENGLISH


@dataclass(frozen=True)
class Order:
    """One export, in one of `formats.FORMATS`.

    Without `named`, names and notes are left out: notes are free text, and may name someone.
    `words` holds what a report says, by key, in the reader's `language`; see `report.TEXTS`.
    """

    format: str
    query: Query = field(default_factory=Query)
    named: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    language: str = ENGLISH


def to_json(order: Order) -> str:
    """The order as a text, for another process."""
    query = {name: value for name, value in asdict(order.query).items() if value not in (None, "", ())}
    for name in ("since", "until"):
        if name in query:
            query[name] = query[name].isoformat()
    return json.dumps({**vars(order), "query": query})


def from_json(text: str) -> Order:
    """The inverse of `to_json`."""
    values = json.loads(text)
    query = values.pop("query")
    for name in ("since", "until"):
        if name in query:
            query[name] = datetime.fromisoformat(query[name])
    if "named" in query:
        query["named"] = tuple(query["named"])
    if "triage" in query:
        query["triage"] = Triage(query["triage"])
    return Order(query=Query(**query), **values)
