"""Asks for a power-off without the right to do it."""

import os
from collections.abc import Mapping

from device.errors import PowerError
from device.service.request import request_path

FILE = "poweroff"
"""What `dermapoint-poweroff.path` looks for in the unit's RuntimeDirectory."""


def withdraw_power_off(environment: Mapping[str, str] = os.environ) -> None:
    """Forget what an earlier process asked for in vain."""
    if path := request_path(FILE, environment):
        path.unlink(missing_ok=True)


def ask_for_power_off(environment: Mapping[str, str] = os.environ) -> None:
    """Have systemd power the machine off, as soon as it sees the file made here; returns at once.

    Raises PowerError where this is no service, or its folder can't be written.
    """
    path = request_path(FILE, environment)
    if not path:
        raise PowerError("power_only_by_service")
    try:
        path.touch()
    except OSError as error:
        raise PowerError("power_off_not_asked", error=error) from error
