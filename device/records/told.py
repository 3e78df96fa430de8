"""What went wrong with a copy or a backup, in words that say what to do."""

import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from device.errors import RecordsError


@contextmanager
def told(what: str, advice: str = "nothing was lost here") -> Iterator[Any]:
    """Raise RecordsError, `what` with its cause and `advice`, for whatever a bad disk or file may raise."""
    try:
        yield
    except (
        OSError,
        sqlite3.Error,
        tarfile.TarError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise RecordsError(f"{what} ({error}); {advice}") from error
