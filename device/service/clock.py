"""Asks for the clock to be set, without the right to do it: few Raspberry Pis keep one without power."""

import ctypes
import os
import time
from collections.abc import Mapping
from pathlib import Path

from device.errors import ClockError
from device.service.request import request_path

FILE = "clock"
"""What `dermapoint-clock.path` looks for in the unit's RuntimeDirectory."""
EARLIEST, LATEST = 1767225600, 4102444800
"""Seconds since 1970: from 2026 to 2100, as `systemd/dermapoint-clock` has it."""
NEAR_SECONDS = 30
"""So far from a phone's the clock is right enough; the date of an examination is shown to the minute."""

_SET_BY_PHONE = "clock-set"
"""In the RuntimeDirectory, which a boot empties."""
_RTC = Path("/sys/class/rtc/rtc0/since_epoch")
_TIMEX_BYTES, _TIME_ERROR = 256, 5
_SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")


def set_by_network(file: Path = _SYNCHRONIZED) -> bool:
    """True as soon as systemd-timesyncd has heard the time (systemd-timesyncd.service(8))."""
    return file.exists()


def is_set(file: Path = _SYNCHRONIZED, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the clock is known to be right: by the network, a phone since the last boot, or a battery."""
    marker = request_path(_SET_BY_PHONE, environment)
    return set_by_network(file) or _follows_time() or _has_battery() or bool(marker and marker.exists())


def _follows_time() -> bool:
    """Whether any program keeps the kernel's clock synchronized: adjtimex(2), which only reads here."""
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    return ctypes.CDLL(None, use_errno=True).adjtimex(timex) not in (-1, _TIME_ERROR)


def _has_battery(rtc: Path | None = None) -> bool:
    """A clock chip without power since the last start begins long ago (Linux: ABI/stable/sysfs-class-rtc)."""
    try:
        return int((rtc or _RTC).read_text()) >= EARLIEST
    except (OSError, ValueError):
        return False


def ask_for_time(seconds: int, environment: Mapping[str, str] = os.environ) -> None:
    """Have systemd set the clock to so many seconds since 1970; returns at once, before it is done.

    Raises ClockError for a time that can't be, where the network has set the clock, where this is no service,
    and when its folder can't be written.
    """
    if not EARLIEST <= seconds <= LATEST:
        raise ClockError("time_refused")
    if set_by_network():
        raise ClockError("clock_set_by_network")
    path = request_path(FILE, environment)
    if not path:
        raise ClockError("clock_only_by_service")
    try:
        whole = path.with_name(FILE + ".part")
        whole.write_text(f"{seconds}\n")
        whole.replace(path)
        path.with_name(_SET_BY_PHONE).touch()
    except OSError as error:
        raise ClockError("clock_not_asked", error=error.strerror) from error


def seconds_now() -> int:
    """What the clock says, in seconds since 1970."""
    return int(time.time())
