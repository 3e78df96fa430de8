"""The power-off that the button asks for."""

import logging
import shlex
import subprocess
from collections.abc import Callable

from device.errors import PowerError
from device.service.power import ask_for_power_off
from device.settings import Settings

PATIENCE_SECONDS = 20.0

log = logging.getLogger(__name__)


def power_off_of(settings: Settings) -> Callable[[], None]:
    """What powers this machine off: the command of the settings, or without one the service's own way.

    With mock pins it is only a log line.
    """
    if settings.mock_pins:
        return lambda: log.info("power-off asked for; not done, since the pins are mock ones")
    if not settings.power_off_command:
        return ask_for_power_off
    return lambda: run_power_off(settings.power_off_command)


def run_power_off(command: str) -> None:
    """Run `command`. Raises PowerError, with what to do, when it can't be run, fails or hangs."""
    try:
        subprocess.run(
            shlex.split(command), check=True, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().splitlines()
        raise _failed(command, reason[-1] if reason else f"status {error.returncode}") from error
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise _failed(command, str(error)) from error


def _failed(command: str, reason: str) -> PowerError:
    return PowerError("power_off_failed", command=command, reason=reason)
