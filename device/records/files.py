"""Files that are whole or not there, whatever happens to the power."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_UNFINISHED = ".part"
_ELSEWHERE = (Path("/tmp"), Path("/dev/shm"))
"""Where to work when a card takes nothing more: the latter is memory."""


def write_durably(contents: dict[Path, bytes]) -> None:
    """Write files of one folder; when this returns they survive a loss of power. Raises OSError."""
    for path, data in contents.items():
        write_unfinished(path, data)
    finish(contents)


def write_unfinished(path: Path, data: bytes) -> None:
    """Write a file beside its place, synced; `finish` puts it there. Raises OSError, and leaves nothing."""
    temporary = _beside(path)
    try:
        with temporary.open("wb") as file:
            give_to_owner(temporary)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def finish(paths: Iterable[Path]) -> None:
    """Put files that were written unfinished into their places; raises OSError.

    Rename is atomic (POSIX.1-2017), so a reader never meets half a file. Then their
    folders are synced, or the names could still be lost.
    """
    paths = list(paths)
    for path in paths:
        _beside(path).replace(path)
    for folder in {path.parent for path in paths}:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder, and those gone from it, survive a loss of power. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Make what was written into a file survive a loss of power. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private_folder(path: Path) -> None:
    """A folder that only its owner may look into, of whoever its parent is of. Raises OSError."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        # A file of that name is no folder.
        if not path.is_dir():
            raise
    else:
        give_to_owner(path)


def give_to_owner(path: Path) -> None:
    """Let a file that root made belong to its folder's owner, as whom the device runs. Raises OSError."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def remove(paths: Iterable[Path]) -> None:
    """Delete files, finished or not; one that isn't there is no error."""
    for path in paths:
        path.unlink(missing_ok=True)
        _beside(path).unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Delete what was never finished. Raises OSError."""
    for path in folder.glob(f"*{_UNFINISHED}"):
        path.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + _UNFINISHED)


@contextmanager
def room(folder: Path, needed: int = 0) -> Iterator[Path]:
    """A place to work in, gone afterwards: below `folder`, or where there is room for `needed` bytes.

    Raises OSError when there is none.
    """
    with open_room(folder, needed) as place:
        yield Path(place)


def open_room(folder: Path, needed: int = 0) -> "TemporaryDirectory[str]":
    """As `room`, for the caller to clean up."""
    for place in (folder, *_ELSEWHERE):
        with suppress(OSError):
            make_private_folder(place)
            if shutil.disk_usage(place).free >= needed:
                return TemporaryDirectory(dir=place, prefix="work-")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
