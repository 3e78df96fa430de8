"""CSV and JSON: the words and numbers without the pictures."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import Any, BinaryIO

from device import __version__
from device.export import isic
from device.export.formats import Shortfall, Task
from device.export.items import Item
from device.records.consents import consent_to_row
from device.records.follow_ups import FollowUp
from device.records.values import Lesion
from device.serialization import NOT_A_DEVICE, examination_to_json, opinion_to_json

FORMAT = "dermapoint export 1"


def write_table(items: Iterable[Item], target: BinaryIO, task: Task) -> Shortfall:
    """The format csv; pictures are no part of it."""
    write_csv(items, target, task.order.named, task.class_codes())
    return Shortfall()


def write_objects(items: Iterable[Item], target: BinaryIO, task: Task) -> Shortfall:
    """The format json; pictures are no part of it."""
    write_json(items, target, task.order.named)
    return Shortfall()


def write_csv(items: Iterable[Item], target: BinaryIO, named: bool, codes: Sequence[str]) -> None:
    """One row an examination, UTF-8, RFC 4180; `codes` are those of all classes that occur."""
    text = TextIOWrapper(target, "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    heads = isic.columns(named, codes)
    writer.writerow(heads)
    for item in items:
        writer.writerow(isic.row(item, heads))
    text.detach()


def write_json(items: Iterable[Item], target: BinaryIO, named: bool) -> None:
    """One object; each examination on a line of its own, so that it never lies in memory as a whole."""
    head = json.dumps(describe(named))
    target.write(f'{head[:-1]}, "examinations": ['.encode())
    for number, item in enumerate(items):
        target.write(b",\n" if number else b"\n")
        target.write(json.dumps(item_to_json(item)).encode())
    target.write(b"\n]}\n")


def describe(named: bool) -> dict[str, Any]:
    """What every file says of itself."""
    return {
        "format": FORMAT,
        "version": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "names": "with names and notes" if named else "left out, with the notes",
        "notice": NOT_A_DEVICE,
    }


def item_to_json(item: Item) -> dict[str, Any]:
    """Everything that is known of an examination, as plain values."""
    line = item.line
    return {
        "examination": examination_to_json(item.examination),
        "notes": line.notes,
        "protected": line.protected,
        "width_mm": item.width_mm,
        "lesion": _lesion(item.lesion) if item.lesion else None,
        "person": asdict(item.person) if item.person else None,
        "opinions": [opinion_to_json(each) for each in item.opinions],
        "follow_up": _follow_up(item.follow_up) if item.follow_up else None,
        "consents": [consent_to_row(each) for each in item.consents],
        "pictures": [
            {
                "frame": each.frame,
                "file": each.path.name,
                "sha256": each.sha256.hex() if each.sha256 else None,
                "bytes": each.size,
            }
            for each in item.pictures
        ],
    }


def _follow_up(follow_up: FollowUp) -> dict[str, str]:
    day = follow_up.due_on
    return {"due_on": day.isoformat() if day else "", "set_by": follow_up.set_by}


def _lesion(lesion: Lesion) -> dict[str, Any]:
    confirmed = lesion.diagnosis
    diagnosis = (
        {**asdict(confirmed), "confirmed_on": str(confirmed.confirmed_on or "")} if confirmed else None
    )
    return {**asdict(lesion), "diagnosis": diagnosis}
