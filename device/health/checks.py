"""The checks themselves: each reads one thing and says how it is."""

import shutil
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from device.health import Health, State

LITTLE_MIB, TOO_LITTLE_MIB = 200, 50
"""Free space: an examination takes about 5 MiB, so these are 40 and 10 of them."""

HOT, TOO_HOT = 80.0, 85.0
"""Degrees Celsius: a Raspberry Pi slows down from 80 on and more so at 85 (its documentation, frequency
management and thermal control)."""

SYSTEM = Path("/sys")


class Frames(Protocol):
    """What is asked of the ring of the newest frames."""

    camera: str
    """The name of the camera that they come from."""

    @property
    def fault(self) -> str:
        """Why there are no frames; empty when there are."""

    @property
    def newest_sequence(self) -> int:
        """The number of the newest frame, -1 without one."""


def camera(frames: Frames) -> Health:
    """Whether frames come."""
    if frames.fault:
        return Health("camera", State.BAD, frames.fault, "look at its cable; power off before you touch it")
    if frames.newest_sequence < 0:
        return Health("camera", State.BAD, "the camera has given no frame yet", "wait a moment")
    return Health("camera", State.GOOD, frames.camera)


def disk(folder: Path) -> Health:
    """The space left for records below `folder`, which need not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free >> 20
    sentence = f"{free} MiB free for records"
    if free >= LITTLE_MIB:
        return Health("disk", State.GOOD, sentence)
    state = State.WARNING if free >= TOO_LITTLE_MIB else State.BAD
    return Health("disk", state, f"only {sentence}", f"remove old records until {LITTLE_MIB} MiB are free")


def records(trouble: str, warnings: Sequence[str]) -> Health:
    """Whether the records are whole, and what will be deleted of them."""
    if trouble:
        return Health("records", State.BAD, trouble, "run: dermapoint recover")
    if warnings:
        return Health("records", State.WARNING, " ".join(warnings), "make a backup")
    return Health("records", State.GOOD, "all that was checked is as it was saved")


BACKUP_DAYS = 7


def backup(taken_at: datetime | None, examinations: int, now: datetime) -> Health:
    """How long ago everything was last carried elsewhere."""
    advice = "download one from the backup page, and keep it elsewhere"
    if not examinations:
        return Health("backup", State.GOOD, "there is nothing to lose yet")
    if taken_at is None:
        return Health("backup", State.WARNING, "no backup was ever made", advice)
    days = max(0, (now - taken_at).days)
    if days < BACKUP_DAYS:
        return Health("backup", State.GOOD, f"made on {taken_at:%Y-%m-%d}")
    return Health("backup", State.WARNING, f"the last backup is {days} days old", advice)


def temperature(system: Path = SYSTEM) -> Health:
    """The hottest of the thermal zones, in 1/1000 °C (Linux: ABI/testing/sysfs-class-thermal)."""
    values = [_number(zone / "temp") for zone in system.glob("class/thermal/thermal_zone*")]
    degrees = max((value / 1000 for value in values if value is not None), default=None)
    if degrees is None:
        return Health("temperature", State.UNKNOWN, "no thermometer here")
    if degrees < HOT:
        return Health("temperature", State.GOOD, f"{degrees:.0f} °C")
    state = State.WARNING if degrees < TOO_HOT else State.BAD
    return Health("temperature", state, f"{degrees:.0f} °C: the board slows down", "give it air and shade")


def supply(system: Path = SYSTEM) -> Health:
    """Under-voltage in the last seconds, as a Pi's firmware tells (Linux: hwmon/raspberrypi-hwmon.c)."""
    for sensor in system.glob("class/hwmon/hwmon*"):
        if _text(sensor / "name") == "rpi_volt":
            if _number(sensor / "in0_lcrit_alarm"):
                return Health(
                    "supply", State.BAD, "the voltage is too low", "use a stronger supply or a shorter cable"
                )
            return Health("supply", State.GOOD, "the voltage is high enough")
    return Health("supply", State.UNKNOWN, "this machine doesn't tell its voltage")


def clock(
    run: Path = Path("/run"), now: Callable[[], float] = time.time, installed: float | None = None
) -> Health:
    """Whether the dates of examinations can be believed: most Raspberry Pis have no clock of their own."""
    installed = Path(__file__).stat().st_mtime if installed is None else installed
    # Made by systemd-timesyncd as soon as it has heard the time (systemd-timesyncd.service(8)).
    if (run / "systemd/timesync/synchronized").exists():
        return Health("clock", State.GOOD, "set by the network")
    advice = "connect the device to the internet for a minute"
    if now() < installed:
        return Health("clock", State.BAD, "the clock is wrong: older than this program", advice)
    # Usual where the device has no network but its own, so no reason to warn.
    return Health("clock", State.UNKNOWN, "not set by the network yet; dates may be wrong", advice)


def memory(system: Path = SYSTEM, own: Path = Path("/proc/self/cgroup")) -> Health:
    """Whether the unit's bound on memory holds, and how near it is (Linux: cgroup-v2, memory)."""
    group = (_text(own) or "").rpartition("::")[2]
    if not group.endswith(".service"):
        return Health("memory", State.UNKNOWN, "not run as a service")
    folder = system / "fs/cgroup" / group.lstrip("/")
    used, most = _number(folder / "memory.current"), _number(folder / "memory.max")
    if used is None or most is None:
        return Health(
            "memory",
            State.WARNING,
            "no bound holds",
            "add cgroup_enable=memory to /boot/firmware/cmdline.txt and start anew",
        )
    state = State.GOOD if used < 0.9 * most else State.WARNING
    advice = "" if state is State.GOOD else "close some pages; if it stays, start anew"
    return Health("memory", state, f"{used >> 20} of {most >> 20} MiB", advice)


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text and text.lstrip("-").isdecimal() else None


def _text(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None
