"""Files that are whole or not there, whatever happens to the power."""

import os
from pathlib import Path

_UNFINISHED = ".part"


def write_durably(contents: dict[Path, bytes]) -> None:
    """Write files of one folder; when this returns they survive a loss of power.

    Each is written beside its place, synced, then renamed into it: rename is atomic
    (POSIX.1-2017), so a reader never meets half a file. Then the folder is synced, or
    the names could still be lost. Raises OSError.
    """
    for path, data in contents.items():
        temporary = path.with_name(path.name + _UNFINISHED)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    for folder in {path.parent for path in contents}:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Delete what a loss of power left unfinished."""
    for path in folder.glob(f"*{_UNFINISHED}"):
        path.unlink(missing_ok=True)
