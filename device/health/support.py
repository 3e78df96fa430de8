"""What a helper from afar needs to know, and nothing about anybody."""

import io
import json
import logging
import platform
import re
import threading
import zipfile
from collections import deque
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from device.serialization import NOT_A_DEVICE
from device.service.logs import LineFormatter

LINES = 500

_ID = re.compile(r"\b([0-9]{8}T[0-9]{12}-[0-9a-f]{4}|[0-9a-f]{16})\b")
_ADDRESS = re.compile(r"\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b|\b[0-9a-f]{0,4}(:[0-9a-f]{0,4}){4,7}\b")
_ABOUT_MACHINE = ("/etc/os-release", "/proc/meminfo", "/sys/firmware/devicetree/base/model")


class RecentLines(logging.Handler):
    """Keeps the last lines of the device's own log, without whose examinations they are about."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(LineFormatter(for_journal=False))
        self._kept: deque[str] = deque(maxlen=LINES)
        self._guard = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line; other programs' modules may say what they like, and are left out."""
        if record.name.split(".")[0] == "device":
            with self._guard:
                self._kept.append(scrub(self.format(record)))

    def lines(self) -> list[str]:
        """The lines, oldest first."""
        with self._guard:
            return list(self._kept)


def scrub(text: str) -> str:
    """`text` without ids of examinations, persons and lesions, and without addresses."""
    return _ADDRESS.sub("(address)", _ID.sub("(id)", text))


def make_support_file(
    about: Mapping[str, str], health: list[Mapping[str, str]], settings: Mapping[str, str], lines: list[str]
) -> bytes:
    """A ZIP file: versions, the machine, its health, its settings and its log.

    It holds no picture, no person, no id, no PIN or passphrase.
    """
    contents: dict[str, Any] = {
        "about.json": {**about, "notice": NOT_A_DEVICE, "python": platform.python_version()},
        "machine.json": {"kernel": platform.release(), "machine": platform.machine(), **_read_machine()},
        "health.json": [{name: scrub(text) for name, text in part.items()} for part in health],
        "settings.json": dict(settings),
        "packages.json": {
            each.name: each.version for each in sorted(metadata.distributions(), key=lambda each: each.name)
        },
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, json.dumps(content, indent=2, ensure_ascii=False))
        archive.writestr("log.txt", "\n".join(lines))
    return file.getvalue()


def _read_machine() -> dict[str, str]:
    found = {}
    for name in _ABOUT_MACHINE:
        try:
            found[name] = Path(name).read_text(errors="replace").strip("\0\n")
        except OSError:
            continue
    return found
