"""What is believed of a ZIP file from elsewhere: nothing that wasn't checked."""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from device.documents import LONGEST_DOCUMENT
from device.errors import ExportError, RecordsError
from device.export.archive import EXAMINATIONS, IMAGES, MANIFEST, SUMS, TABLE
from device.export.tables import FORMAT
from device.images import MOST_KEPT_PIXELS
from device.images.head import is_jpeg, read_head
from device.message import Message

LARGEST_PICTURE = 64 << 20
LONGEST_LINE = LONGEST_DOCUMENT
_LARGEST_MANIFEST = 1 << 20
_LARGEST_DIRECTORY = 64 << 20
"""Bytes of the ZIP's list of files: it is read into memory as a whole."""
_CHUNK = 1 << 16

_IMAGE = re.compile(
    re.escape(IMAGES) + r"[0-9]{8}T[0-9]{12}-[0-9a-f]{4}(\.small|\.overview|\.[1-9][0-9]?)?\.jpg"
)
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)\n?")

_WRONG = (LookupError, TypeError, AttributeError, ValueError, RecursionError, OverflowError, RecordsError)
"""What values of a wrong kind lead to."""


@dataclass(frozen=True)
class Trusted:
    """An archive whose list of files is as it must be, and the SHA-256 that each is to have."""

    archive: ZipFile
    sums: Mapping[str, str]
    left_out: frozenset[str]
    count: int

    def lines(self) -> Iterator[bytes]:
        """Each examination's line. Raises ExportError for one that is too long."""
        with self.archive.open(EXAMINATIONS) as file:
            # Its sum is known to be right, so reading it doesn't fail.
            while line := file.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise foreign("line_too_long")
                yield line

    def picture(self, name: str) -> bytes:
        """The bytes of a picture, which are what they were. Raises ExportError."""
        with refusing_broken_files():
            data = self.archive.read(IMAGES + name)
        if sha256(data).hexdigest() != self.sums[IMAGES + name]:
            raise foreign("file_altered", name=name)
        if read_head(data) is None or not is_jpeg(data, MOST_KEPT_PIXELS):
            raise foreign("file_no_jpeg", name=name)
        return data

    def pictures(self) -> list[str]:
        """The names of all pictures."""
        return [name.removeprefix(IMAGES) for name in self.sums if name.startswith(IMAGES)]


@contextmanager
def trust(path: Path, room: int) -> Iterator[Trusted]:
    """The archive, its lists checked; `room` is how many bytes its pictures may take.

    Raises ExportError when it isn't an export of this version, was cut short or changed, or would
    take more than there is room for.
    """
    with ExitStack() as stack:
        with refusing_broken_files():
            file = stack.enter_context(path.open("rb"))
            _check_directory(file)
            archive = stack.enter_context(ZipFile(file))
            trusted = _check(archive, path.stat().st_size, room)
        yield trusted


def foreign(code: str, **values: Any) -> ExportError:
    """What a file that can't be believed is refused with: the reason's code and values."""
    return ExportError("import_refused", why=Message(code, **values))


@contextmanager
def refusing_broken_files() -> Iterator[None]:
    """Makes ExportError of what reading a broken file raises."""
    try:
        yield
    except (BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise foreign("no_zip") from error
    except _WRONG as error:
        raise foreign("content_wrong") from error
    except OSError as error:
        raise ExportError("import_unreadable", error=error) from error


def _check(archive: ZipFile, size: int, room: int) -> Trusted:
    entries = _check_entries(archive, size, room)
    manifest = _read_manifest(archive, entries)
    sums = _read_sums(archive, manifest["sums"], set(entries) - {SUMS, MANIFEST})
    for name in (EXAMINATIONS, TABLE):
        if _digest(archive, name) != sums[name]:
            raise foreign("file_altered", name=name)
    return Trusted(archive, sums, frozenset(map(str, manifest["left_out"])), int(manifest["count"]))


def _check_directory(file: BinaryIO) -> None:
    """The end of a ZIP tells how long its list of files is: APPNOTE.TXT 4.3.14 to 4.3.16."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 98))
    tail = file.read()
    if tail[-22:-18] != b"PK\x05\x06":
        raise BadZipFile
    length = int.from_bytes(tail[-10:-6], "little")
    if tail[-42:-38] == b"PK\x06\x07":
        length = max(int.from_bytes(tail[-58:-50], "little"), length if length < 0xFFFFFFFF else 0)
    if length > _LARGEST_DIRECTORY:
        raise foreign("too_many_files")
    file.seek(0)


def _check_entries(archive: ZipFile, size: int, room: int) -> dict[str, ZipInfo]:
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) != len(archive.infolist()):
        raise foreign("same_name_twice")
    for name in (MANIFEST, SUMS, EXAMINATIONS, TABLE):
        if name not in entries:
            raise foreign("file_lacking", name=name)
    pictures = 0
    for name, entry in entries.items():
        if entry.flag_bits & 1:
            raise foreign("file_locked")
        if name in (MANIFEST, SUMS, EXAMINATIONS, TABLE):
            most = _LARGEST_MANIFEST if name == MANIFEST else (len(entries) + 16) * (LONGEST_LINE >> 4)
            fit = entry.compress_type == ZIP_DEFLATED and entry.file_size <= most
        else:
            stored = entry.compress_type == ZIP_STORED and entry.compress_size == entry.file_size
            fit = bool(_IMAGE.fullmatch(name)) and stored and entry.file_size <= LARGEST_PICTURE
            pictures += entry.file_size
        if not fit:
            raise foreign("file_unexpected", name=repr(name[:80]))
    if pictures > size:
        raise foreign("files_overlap")
    if pictures > room:
        raise ExportError("no_room_for_pictures")
    return entries


def _read_manifest(archive: ZipFile, entries: Mapping[str, ZipInfo]) -> dict[str, Any]:
    manifest: Any = json.loads(archive.read(entries[MANIFEST]))
    stated = manifest["format"]
    if stated != FORMAT:
        if isinstance(stated, str) and stated.startswith(FORMAT[:-1]):
            raise ExportError("import_newer", format=stated[:40])
        raise foreign("manifest_of_other")
    return dict(manifest)


def _read_sums(archive: ZipFile, expected: object, names: set[str]) -> dict[str, str]:
    if _digest(archive, SUMS) != expected:
        raise foreign("file_altered", name=SUMS)
    sums = {}
    with archive.open(SUMS) as file:
        while line := file.readline(1000):
            match = _SUM.fullmatch(line.decode())
            if match is None:
                raise foreign("sums_unreadable", name=SUMS)
            sums[match[2]] = match[1]
    if set(sums) != names:
        raise foreign("sums_differ", name=SUMS)
    return sums


def _digest(archive: ZipFile, name: str) -> str:
    digest = sha256()
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
