"""The card that the records lie on: how it is, and what it refuses, in the same words everywhere."""

import errno
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from device.errors import CardFailingError, CardFullError, CardReadOnlyError, RecordsError
from device.message import Message

LEAST_FREE = 50 << 20
"""Bytes. With less than that nothing new is taken, so that there is room to enter, to delete and to save
elsewhere what is here; a press takes about 5 MiB."""

_MOUNTS = Path("/proc/self/mountinfo")
_BAD_INPUT = (tarfile.TarError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


SAVE_ELSEWHERE = Message("save_elsewhere")
"""What to do when a card takes nothing more, or fails."""


class CardFault(StrEnum):
    """What keeps a card from taking what is written."""

    FULL = "full"
    READ_ONLY = "read only"
    FAILING = "failing"

    @property
    def cause(self) -> Message:
        """What is said of it."""
        return Message(f"card_{self.name.lower()}")

    @property
    def advice(self) -> Message:
        """What to do."""
        return Message("free_space") if self is CardFault.FULL else SAVE_ELSEWHERE


_OF_ERRNO = {
    errno.ENOSPC: CardFault.FULL,
    errno.EDQUOT: CardFault.FULL,
    errno.EROFS: CardFault.READ_ONLY,
    errno.EIO: CardFault.FAILING,
}
# The primary codes (sqlite.org/rescode.html).
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: CardFault.FULL,
    sqlite3.SQLITE_IOERR: CardFault.FAILING,
}
_ERRORS: dict[CardFault, type[RecordsError]] = {
    CardFault.FULL: CardFullError,
    CardFault.READ_ONLY: CardReadOnlyError,
    CardFault.FAILING: CardFailingError,
}


class Card:
    """The card below `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._met: CardFault | None = None

    @property
    def free_bytes(self) -> int:
        """The space that is left for us."""
        space = os.statvfs(self._existing())
        return space.f_bavail * space.f_frsize

    @property
    def fault(self) -> CardFault | None:
        """What ails it now; one that answered with errors counts as failing until the next start."""
        if _is_read_only(self._existing()):
            return CardFault.READ_ONLY
        return self._met or (CardFault.FULL if self.free_bytes < LEAST_FREE else None)

    def fault_of(self, error: BaseException) -> CardFault | None:
        """What ails the card, if that is why `error` came."""
        found: CardFault | None = None
        read_only_file = False
        if isinstance(error, OSError) and error.errno is not None:
            found = _OF_ERRNO.get(error.errno)
        elif isinstance(error, sqlite3.Error):
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            found, read_only_file = _OF_SQLITE.get(code), code == sqlite3.SQLITE_READONLY
        # A write to a file that was open before the card turned read-only is an I/O error to SQLite, while a
        # single file that we may only read says nothing of the card.
        if found is CardFault.FAILING or read_only_file:
            found = CardFault.READ_ONLY if _is_read_only(self._existing()) else found
        if found in (CardFault.READ_ONLY, CardFault.FAILING):
            self._met = found
        return found

    def refuse_new(self, what: Message) -> None:
        """Raise the error that says `what` is not done, when the card has no room for anything new."""
        fault = self.fault
        if fault in (CardFault.FULL, CardFault.READ_ONLY):
            raise error_of(fault, what)

    def refusal(self, what: Message, error: BaseException, advice: str = "nothing_lost") -> RecordsError:
        """The error that says `what` couldn't be done, why, and what to do: a code, unless the card says."""
        fault = self.fault_of(error)
        if fault is None:
            return RecordsError("refused", what=what, cause=str(error), advice=Message(advice))
        return error_of(fault, what)

    @contextmanager
    def explain(self, what: Message, advice: str = "nothing_lost") -> Iterator[None]:
        """Raise `refusal` for whatever a bad disk or file may raise."""
        try:
            yield
        except (OSError, sqlite3.Error, *_BAD_INPUT) as error:
            raise self.refusal(what, error, advice) from error

    def _existing(self) -> Path:
        folder = self.folder
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return folder


def _is_read_only(folder: Path) -> bool:
    """Whether the card was mounted to be read only, or Linux turned it so after errors of its file system."""
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return True
    # From Linux 6.15 on, ext4 says the latter among the options of the mount alone (proc(5), mountinfo).
    device = folder.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    with suppress(OSError):
        for line in _MOUNTS.read_text(errors="replace").splitlines():
            fields = line.split()
            if fields[2] == number and "emergency_ro" in fields[-1].split(","):
                return True
    return False


def error_of(fault: CardFault, what: Message) -> RecordsError:
    """The error that says `what` couldn't be done for this fault of the card."""
    return _ERRORS[fault]("refused", what=what, cause=fault.cause, advice=fault.advice)
