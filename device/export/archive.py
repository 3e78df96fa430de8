"""The ZIP file that another device can import: everything of the examinations, with the pictures.

It holds the pictures, then `examinations.jsonl` (one object a line), `metadata.csv`, `SHA256SUMS`
(for `sha256sum --check`), and last `manifest.json`, by whose lack a file that was cut short is known.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from device.export.formats import Shortfall, Task
from device.export.items import Item
from device.export.tables import describe, item_to_json, write_csv

IMAGES, EXAMINATIONS, TABLE = "images/", "examinations.jsonl", "metadata.csv"
SUMS, MANIFEST = "SHA256SUMS", "manifest.json"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 16


def write_everything(items: Iterable[Item], target: BinaryIO, task: Task) -> Shortfall:
    """The format zip."""
    return Shortfall(tuple(write_zip(items, target, task.order.named, task.room, task.class_codes())))


def write_zip(
    items: Iterable[Item], target: BinaryIO, named: bool, room: Path, codes: Sequence[str]
) -> list[str]:
    """Write it, with a folder to work in; the names of pictures that were left out as damaged."""
    left_out: list[str] = []
    count = 0
    with (
        ZipFile(target, "w", ZIP_STORED) as archive,
        TemporaryFile(dir=room) as lines,
        TemporaryFile(dir=room) as table,
        TemporaryFile(dir=room) as sums,
    ):

        def as_they_come() -> Iterable[Item]:
            nonlocal count
            for item in items:
                left_out.extend(_add_pictures(archive, item, sums))
                lines.write(json.dumps(item_to_json(item)).encode() + b"\n")
                count += 1
                yield item

        write_csv(as_they_come(), table, named, codes)
        for name, part in ((EXAMINATIONS, lines), (TABLE, table)):
            sums.write(f"{_copy(archive, name, part)}  {name}\n".encode())
        digest = _copy(archive, SUMS, sums)
        manifest = {**describe(named), "count": count, "left_out": left_out, "sums": digest}
        archive.writestr(_entry(MANIFEST, ZIP_DEFLATED), json.dumps(manifest, indent=2))
    return left_out


def _add_pictures(archive: ZipFile, item: Item, sums: IO[bytes]) -> Iterable[str]:
    for picture in item.pictures:
        data, name = picture.read(), IMAGES + picture.path.name
        if data is None:
            yield picture.path.name
            continue
        archive.writestr(_entry(name, ZIP_STORED), data)
        sums.write(f"{sha256(data).hexdigest()}  {name}\n".encode())


def _copy(archive: ZipFile, name: str, source: IO[bytes]) -> str:
    """Put a file into the archive; its SHA-256."""
    source.seek(0)
    digest = sha256()
    with archive.open(_entry(name, ZIP_DEFLATED), "w", force_zip64=True) as member:
        while chunk := source.read(_CHUNK):
            member.write(chunk)
            digest.update(chunk)
    return digest.hexdigest()


def _entry(name: str, method: int) -> ZipInfo:
    entry = ZipInfo(name, _EPOCH)
    entry.compress_type = method
    entry.external_attr = 0o600 << 16
    return entry
