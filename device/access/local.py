"""How commands on the device itself enter: with a token in a file that only its owner and root can read."""

import os
from collections.abc import Iterator
from pathlib import Path

from device.access.secret import new_secret

_SERVICE_FOLDER = Path("/run/dermapoint")
"""The unit's RuntimeDirectory."""


def leave_token(port: int) -> str:
    """The secret that opens the daemon on `port` to commands on this machine, new at each start."""
    secret = new_secret()
    folder = _own_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / _name(port)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret


def find_token(port: int) -> str | None:
    """The secret that the daemon on `port` left, or None where it can't be read."""
    for folder in _folders():
        try:
            return (folder / _name(port)).read_text()
        except OSError:
            continue
    return None


def _folders() -> Iterator[Path]:
    yield _own_folder()
    yield _SERVICE_FOLDER


def _own_folder() -> Path:
    given = os.environ.get("RUNTIME_DIRECTORY")
    if given:
        return Path(given)
    session = os.environ.get("XDG_RUNTIME_DIR")
    return Path(session or "/tmp") / f"dermapoint-{os.getuid()}"


def _name(port: int) -> str:
    return f"token-{port}"
