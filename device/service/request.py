"""Asks for what the service may not do itself: a file in its own folder, which a path unit looks for."""

import os
from collections.abc import Mapping
from pathlib import Path


def request_path(name: str, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where such a file goes, in the unit's RuntimeDirectory (systemd.exec(5)); None in no service."""
    folder = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(folder) / name if folder else None
