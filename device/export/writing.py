"""One file of what was ordered, whole or not there."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from device.errors import ExportError
from device.export.formats import Task, find_format
from device.export.items import Collection, Item
from device.export.order import Order
from device.records import Records, files
from device.records.card import Card

OnProgress = Callable[[int, int], None]
"""Called with how many examinations are done, and of how many."""


@dataclass(frozen=True)
class Written:
    """How many examinations a file holds, its size, and what was left out since it is damaged.

    That is ids of examinations, and names of pictures. `unprinted` and `packages` are as those of Shortfall.
    """

    examinations: int
    bytes: int
    left_out: tuple[str, ...] = ()
    unprinted: bool = False
    packages: tuple[str, ...] = ()


def write(
    records: Records,
    collection: Collection,
    order: Order,
    path: Path,
    report_progress: OnProgress,
    reserve: int,
) -> Written:
    """Write it; `reserve` bytes of the disk that it goes to stay free.

    Raises ExportError when nothing meets the order, there is no room, or the disk refuses.
    """
    total = len(collection)
    if not total:
        raise ExportError("nothing_to_export")
    chosen = find_format(order.format)
    chosen.check_count(total)
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as target:
            os.fchmod(target.fileno(), 0o600)
            items = _paced(Card(path.parent), collection, report_progress, reserve)
            lacks = chosen.load_writer()(items, target, Task(order, path.parent, records.class_codes))
            size = target.tell()
        files.sync(unfinished)
        unfinished.replace(path)
        files.sync_folder(path.parent)
    except OSError as error:
        raise ExportError("export_not_written", error=error.strerror) from error
    finally:
        unfinished.unlink(missing_ok=True)
    left_out = (*collection.damaged, *lacks.left_out)
    return Written(total - len(collection.damaged), size, left_out, lacks.unprinted, lacks.packages)


def _paced(card: Card, collection: Collection, report_progress: OnProgress, reserve: int) -> Iterator[Item]:
    for done, item in enumerate(collection):
        if card.free_bytes < reserve:
            raise ExportError("too_little_would_stay", least=reserve >> 20)
        report_progress(done, len(collection))
        if item is not None:
            yield item
    report_progress(len(collection), len(collection))
