"""Files that hold a passphrase: whole or not there, and for their owner alone."""

import os
import secrets
from pathlib import Path

from device.errors import WifiError
from device.records.files import sync_folder
from device.wifi.profile import AccessPoint

KEPT = Path("/var/lib/dermapoint-wifi/access-point.json")
"""What the access point is; the profile that NetworkManager reads follows from it."""

CREDENTIAL = "access-point"
"""The name under which systemd hands that file to the daemon, which may not read it (systemd.exec(5))."""

NO_ACCESS_POINT = b"none"
"""What systemd hands over instead where none was made yet."""


def write_secret(path: Path, text: str) -> None:
    """Write `text` where only the owner may read it, all or nothing, also when the power fails.

    Raises WifiError when it can't be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WifiError("wifi_file_not_written", path=path, error=error) from error


def remove(path: Path) -> None:
    """Raises WifiError when a file that is there can't be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WifiError("wifi_file_not_removed", path=path, error=error) from error


def read_access_point(path: Path) -> AccessPoint | None:
    """The access point kept at `path`, None when there is none. Raises WifiError when it can't be read."""
    try:
        return AccessPoint.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise WifiError("passphrase_for_root") from error
    except (OSError, UnicodeDecodeError) as error:
        raise WifiError("wifi_file_unreadable", path=path, error=error) from error


def access_point_of_daemon() -> AccessPoint | None:
    """The access point as systemd tells it to the daemon, None where there is none."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    path = Path(folder, CREDENTIAL)
    if path.is_file() and path.read_bytes().strip() == NO_ACCESS_POINT:
        return None
    return read_access_point(path)
