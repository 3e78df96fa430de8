"""What a disk or a file refuses, as errors that say what to do."""

import errno
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from device.errors import CardFailingError, CardFullError, CardReadOnlyError, RecordsError

_BAD_INPUT = (tarfile.TarError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class CardFault(StrEnum):
    """What keeps a card from taking what is written."""

    FULL = "full"
    READ_ONLY = "read only"
    FAILING = "failing"


_OF_ERRNO = {
    errno.ENOSPC: CardFault.FULL,
    errno.EDQUOT: CardFault.FULL,
    errno.EROFS: CardFault.READ_ONLY,
    errno.EIO: CardFault.FAILING,
}
# The primary codes (sqlite.org/rescode.html).
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: CardFault.FULL,
    sqlite3.SQLITE_READONLY: CardFault.READ_ONLY,
    sqlite3.SQLITE_IOERR: CardFault.FAILING,
}
_ERRORS: dict[CardFault, type[RecordsError]] = {
    CardFault.FULL: CardFullError,
    CardFault.READ_ONLY: CardReadOnlyError,
    CardFault.FAILING: CardFailingError,
}
SAID = {
    CardFault.FULL: ("the card is full", "free some space: delete what isn't needed, after a backup"),
    CardFault.READ_ONLY: ("the card takes nothing more", "save your records elsewhere now"),
    CardFault.FAILING: ("the card fails", "save your records elsewhere now"),
}
"""What is said of each, and what to do: the same words everywhere."""


def is_read_only(folder: Path) -> bool:
    """Whether the file system below `folder` is mounted read-only, as Linux does after errors of the card."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def fault_of(error: BaseException, folder: Path) -> CardFault | None:
    """What ails the card that `folder` lies on, if that is why `error` came."""
    found: CardFault | None = None
    if isinstance(error, OSError) and error.errno is not None:
        found = _OF_ERRNO.get(error.errno)
    elif isinstance(error, sqlite3.Error):
        found = _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    # A write to a file that was open before the card turned read-only is an I/O error to SQLite.
    return CardFault.READ_ONLY if found is CardFault.FAILING and is_read_only(folder) else found


def refusal(
    what: str, error: BaseException, folder: Path, advice: str = "nothing was lost here"
) -> RecordsError:
    """The error that says `what` couldn't be done, why, and what to do."""
    fault = fault_of(error, folder)
    if fault is None:
        return RecordsError(f"{what} ({error}); {advice}")
    return error_of(fault, what)


def error_of(fault: CardFault, what: str) -> RecordsError:
    """The error that says `what` couldn't be done for this fault of the card."""
    cause, advice = SAID[fault]
    return _ERRORS[fault](f"{what} ({cause}); {advice}")


@contextmanager
def explain(what: str, folder: Path, advice: str = "nothing was lost here") -> Iterator[None]:
    """Raise `refusal` for whatever a bad disk or file may raise."""
    try:
        yield
    except (OSError, sqlite3.Error, *_BAD_INPUT) as error:
        raise refusal(what, error, folder, advice) from error
