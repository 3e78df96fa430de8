"""Asks for a power-off without the right to do it."""

import os
from collections.abc import Mapping
from pathlib import Path

from device.errors import PowerError

FILE = "poweroff"
"""What `dermapoint-poweroff.path` looks for in the unit's RuntimeDirectory."""


def withdraw_power_off(environment: Mapping[str, str] = os.environ) -> None:
    """Forget what an earlier process asked for in vain."""
    if folder := _folder(environment):
        (folder / FILE).unlink(missing_ok=True)


def ask_for_power_off(environment: Mapping[str, str] = os.environ) -> None:
    """Have systemd power the machine off, as soon as it sees the file made here; returns at once.

    Raises PowerError where this is no service, or its folder can't be written.
    """
    folder = _folder(environment)
    if not folder:
        raise PowerError("only the service can power the machine off; use `sudo poweroff`")
    try:
        (folder / FILE).touch()
    except OSError as error:
        raise PowerError(f"the power-off can't be asked for ({error}); use `sudo poweroff`") from error


def _folder(environment: Mapping[str, str]) -> Path | None:
    name = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(name) if name else None
