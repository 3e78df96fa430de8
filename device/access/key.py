"""A key beside the database of access: who can write the one can't sign as the other."""

import hmac
import json
import logging
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from device.errors import AccessError

_BYTES = 32

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Key:
    """Signs entries of the audit log from number `since` on, and what browsers are known by."""

    secret: bytes
    since: int

    def sign(self, purpose: str, *values: object) -> str:
        """HMAC-SHA-256 (RFC 2104) of the values in hexadecimal digits; another for each purpose."""
        return hmac.new(self.secret, json.dumps([purpose, *values]).encode(), sha256).hexdigest()


def open_key(path: Path, entries: int) -> Key:
    """The key that is kept at `path`, made when there is none: it then signs what comes after `entries`.

    Raises AccessError when it can't be read or kept.
    """
    try:
        return _read(path) or _make(path, entries)
    except OSError as error:
        raise AccessError("audit_key_unusable", path=path, error=error.strerror) from error


def _read(path: Path) -> Key | None:
    try:
        kept = json.loads(path.read_bytes())
        return Key(bytes.fromhex(kept["secret"]), int(kept["since"]))
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError):
        log.error("%s is damaged; a new key is made, and what the old one signed can't be checked", path)
        path.unlink()
        return None


def _make(path: Path, entries: int) -> Key:
    key = Key(secrets.token_bytes(_BYTES), entries + 1)
    made = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"secret": key.secret.hex(), "since": key.since}, file)
            file.flush()
            os.fsync(file.fileno())
            if os.geteuid() == 0:
                # A command of root's may come first; the device runs as the folder's owner.
                owner = path.parent.stat()
                os.chown(file.fileno(), owner.st_uid, owner.st_gid)
        # A link takes no place that is taken: of two processes that start at once both have the first one's.
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return _read(path) or key
