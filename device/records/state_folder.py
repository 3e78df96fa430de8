"""Whether a folder is the state folder of a device: what its commands read must be there."""

from pathlib import Path

from device.errors import RecordsError
from device.records import announced, database

_TRACES = (
    *(database.NAME, announced.FILE, "images", "backups", "damaged"),
    *("access.sqlite3", "optics"),
)
"""What a device begins at its first start, or has left after damage: one of them is enough."""


def is_begun(folder: Path) -> bool:
    """Whether a device has kept anything in this folder; also true of one that we may not look into."""
    try:
        return any((folder / name).exists() for name in _TRACES)
    except PermissionError:
        # Whoever opens it says what is missing.
        return True


def check_begun(folder: Path) -> None:
    """Raise RecordsError, with how to name another, when no device has kept anything in this folder."""
    if not is_begun(folder):
        raise RecordsError("nothing_kept_here", state=folder)
