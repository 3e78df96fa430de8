"""What a backup file is made of.

A tar file: the database as it was at one moment, what the owner set, every picture the database names,
and last a manifest, so that a file that was cut short is known by its lack.
"""

import json
import re
import sqlite3
import tarfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from device.access.audit import HEAD, read_head
from device.errors import RecordsError
from device.records.pictures import Pictures
from device.serialization import NOT_A_DEVICE

FORMAT = "dermapoint backup 1"
_LARGEST = 64 << 20
"""Bytes; it is read into memory."""
_PIECE_BYTES = 1 << 20
MOST_MEMBERS = 1_000_000
"""Files in a backup, some 150,000 examinations; each takes 0.3 kB of memory."""
DATABASE, IMAGES, MANIFEST = "records.sqlite3", "images", "manifest.json"

BESIDE = re.compile(r"(settings\.toml|optics/[0-9]{4}-(white|scale)(\.undone)?\.(json|npy))")
"""What else the state folder holds that is worth keeping: what the owner set, and the calibrations."""


def pack(copy: Path, pictures: Pictures, state: Path, target: IO[bytes]) -> int:
    """Write the copy of a database, what lies beside it, and its pictures; how many examinations it holds.

    Raises OSError, sqlite3.Error and tarfile.TarError; a file without a manifest was cut short.
    """
    left_out = []
    # "w|" never goes back in the file, so it may be a pipe.
    with tarfile.open(fileobj=target, mode="w|") as archive, closing(sqlite3.connect(copy)) as database:
        archive.add(copy, DATABASE)
        for path in (state / "settings.toml", *sorted(state.glob("optics/*"))):
            name = path.relative_to(state).as_posix()
            if path.is_file() and BESIDE.fullmatch(name):
                archive.add(path, name)
        for examination, frame in database.execute("SELECT examination, frame FROM picture"):
            picture = pictures.path(examination, frame)
            try:
                archive.add(picture, f"{IMAGES}/{picture.name}")
            except FileNotFoundError:
                # Deleted while we were on our way to it, or lost; the manifest tells.
                left_out.append(picture.name)
        count = int(database.execute("SELECT count(*) FROM examination").fetchone()[0])
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(),
            "examinations": count,
            "left_out": left_out,
            "audit_head": _audit_head(state),
            "notice": NOT_A_DEVICE,
        }
        data = json.dumps(manifest, indent=2).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(data)
        archive.addfile(entry, BytesIO(data))
    return count


def _audit_head(state: Path) -> str | None:
    head = read_head(state / HEAD)
    return str(head) if head else None


class Member(NamedTuple):
    """Where a file of the archive begins, and its size, in bytes."""

    start: int
    size: int


Members = Mapping[str, Member]


def check(archive: tarfile.TarFile) -> Members:
    """The members of a backup by name. Raises RecordsError for what is none, or only a part of one."""
    members: dict[str, Member] = {}
    for each in archive:
        # It would keep all that it knows of each, some 2 kB; the types don't know of this list.
        archive.members = []  # type: ignore[attr-defined]
        if not each.isreg() or each.sparse:
            # One that is written with holes may be as large as it likes.
            raise RecordsError("backup_file_too_large")
        members[each.name] = Member(each.offset_data, each.size)
        if len(members) > MOST_MEMBERS:
            raise RecordsError("backup_too_many_files")
    if MANIFEST not in members or DATABASE not in members:
        raise RecordsError("not_a_backup")
    found = read_manifest(archive, members).get("format")
    if found != FORMAT:
        raise RecordsError("backup_newer", found=str(found)[:40], format=FORMAT)
    return members


def read_manifest(archive: tarfile.TarFile, members: Members) -> dict[str, Any]:
    """What is told last. Raises RecordsError, or ValueError, when it can't be read."""
    try:
        return dict(json.loads(content(archive, members[MANIFEST])))
    except (RecursionError, TypeError) as error:
        raise RecordsError("not_a_backup") from error


def content(archive: tarfile.TarFile, member: Member) -> bytes:
    """What a member holds. Raises RecordsError for more than any picture has."""
    if member.size > _LARGEST:
        raise RecordsError("backup_file_too_large")
    stream = _at(archive, member)
    return stream.read(member.size)


def extract(archive: tarfile.TarFile, member: Member, target: Path) -> None:
    """As `content`, for what may be larger than the memory."""
    stream, left = _at(archive, member), member.size
    with target.open("wb") as file:
        while piece := stream.read(min(left, _PIECE_BYTES)):
            file.write(piece)
            left -= len(piece)


def _at(archive: tarfile.TarFile, member: Member) -> IO[bytes]:
    assert archive.fileobj is not None
    archive.fileobj.seek(member.start)
    return cast("IO[bytes]", archive.fileobj)
