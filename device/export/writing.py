"""One file of what was ordered, whole or not there."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from device.errors import ExportError
from device.export.archive import write_zip
from device.export.dicom import write_dicom
from device.export.items import Collection, Item
from device.export.order import Order
from device.export.report import MOST_PAGES, too_long, write_report
from device.export.tables import write_csv, write_json
from device.records import Records, files

Tell = Callable[[int, int], None]
"""Told how many examinations are done, and of how many."""


@dataclass(frozen=True)
class Written:
    """How many examinations a file holds, its size, and the pictures left out since they are damaged."""

    examinations: int
    bytes: int
    left_out: tuple[str, ...] = ()


def write(
    records: Records, collection: Collection, order: Order, path: Path, tell: Tell, reserve: int
) -> Written:
    """Write it; `reserve` bytes of the disk stay free.

    Raises ExportError when nothing meets the order, there is no room, or the disk refuses.
    """
    total = len(collection)
    if not total:
        raise ExportError("no examination meets what was asked for")
    if order.format == "pdf" and total > MOST_PAGES:
        raise too_long()
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as target:
            os.fchmod(target.fileno(), 0o600)
            items = _paced(records, collection, tell, reserve)
            left_out = _write(items, order, target, path.parent, records.class_codes)
            size = target.tell()
        files.sync(unfinished)
        unfinished.replace(path)
        files.sync_folder(path.parent)
    except OSError as error:
        raise ExportError(f"the export could not be written ({error.strerror}); free some space") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Written(total, size, tuple(left_out))


def _write(
    items: Iterator[Item], order: Order, target: BinaryIO, room: Path, codes: Callable[[], list[str]]
) -> list[str]:
    left_out: list[str] = []
    match order.format:
        case "csv":
            write_csv(items, target, order.named, codes())
        case "json":
            write_json(items, target, order.named)
        case "zip":
            left_out = write_zip(items, target, order.named, room, codes())
        case "pdf":
            write_report(items, target, order.words)
        case "dicom":
            left_out = write_dicom(items, target, order.named)
    return left_out


def _paced(records: Records, collection: Collection, tell: Tell, reserve: int) -> Iterator[Item]:
    for done, item in enumerate(collection):
        if records.free_bytes() < reserve:
            raise ExportError(
                f"less than {reserve >> 20} MiB would stay free; free some space, or export less"
            )
        tell(done, len(collection))
        if item is not None:
            yield item
    tell(len(collection), len(collection))
