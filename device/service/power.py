"""Asks for a power-off without the right to do it."""

import os
from collections.abc import Mapping
from pathlib import Path

from device.errors import DaemonError

FILE = "poweroff"
"""What `dermapoint-poweroff.path` looks for in the unit's RuntimeDirectory."""


def ask_for_power_off(environment: Mapping[str, str] = os.environ) -> None:
    """Have systemd power the machine off, as soon as it sees the file made here; returns at once.

    Raises DaemonError where this is no service, or its folder can't be written.
    """
    folder = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    if not folder:
        raise DaemonError("only the service can power the machine off; use `sudo poweroff`")
    try:
        (Path(folder) / FILE).touch()
    except OSError as error:
        raise DaemonError(f"the power-off can't be asked for ({error}); use `sudo poweroff`") from error
