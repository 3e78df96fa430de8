"""The checks themselves: each reads one thing and says how it is."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from device.health import Health, State
from device.message import Message, joined
from device.records.card import Card

LITTLE_MIB = 200
"""Free space: an examination takes about 5 MiB, so these are 40 of them."""

HOT, TOO_HOT = 80.0, 85.0
"""Degrees Celsius: a Raspberry Pi slows down from 80 on and more so at 85 (its documentation, frequency
management and thermal control)."""

SYSTEM = Path("/sys")


class Frames(Protocol):
    """What is asked of the ring of the newest frames."""

    camera: str
    """The name of the camera that they come from."""

    @property
    def fault(self) -> Message | None:
        """Why there are no frames; None when there are."""

    @property
    def newest_sequence(self) -> int:
        """The number of the newest frame, -1 without one."""


def camera(frames: Frames) -> Health:
    """Whether frames come."""
    if frames.fault:
        return Health("camera", State.BAD, frames.fault, Message("look_at_cable"))
    if frames.newest_sequence < 0:
        return Health("camera", State.BAD, Message("no_frame_yet"), Message("wait_a_moment"))
    return Health("camera", State.GOOD, Message("camera_name", name=frames.camera))


def disk(card: Card) -> Health:
    """Whether the card takes what is written, and the space left on it."""
    fault = card.fault
    if fault:
        return Health("disk", State.BAD, fault.cause, fault.advice)
    free = card.free_bytes >> 20
    if free >= LITTLE_MIB:
        return Health("disk", State.GOOD, Message("disk_free", mib=free))
    advice = Message("remove_records", mib=LITTLE_MIB)
    return Health("disk", State.WARNING, Message("disk_little", mib=free), advice)


def records(trouble: Message | None, warnings: Sequence[Message]) -> Health:
    """Whether the records are whole, and what will be deleted of them."""
    if trouble:
        return Health("records", State.BAD, trouble, Message("run_recover"))
    if warnings:
        return Health("records", State.WARNING, joined(warnings), Message("make_backup"))
    return Health("records", State.GOOD, Message("records_whole"))


BACKUP_DAYS = 7


def backup(taken_at: datetime | None, examinations: int, now: datetime) -> Health:
    """How long ago everything was last carried elsewhere."""
    advice = Message("download_backup")
    if not examinations:
        return Health("backup", State.GOOD, Message("nothing_to_lose"))
    if taken_at is None:
        return Health("backup", State.WARNING, Message("no_backup_yet"), advice)
    days = max(0, (now - taken_at).days)
    if days < BACKUP_DAYS:
        return Health("backup", State.GOOD, Message("backup_made", day=taken_at.date().isoformat()))
    return Health("backup", State.WARNING, Message("backup_old", count=days), advice)


def temperature(system: Path = SYSTEM) -> Health:
    """The hottest of the thermal zones, in 1/1000 °C (Linux: ABI/testing/sysfs-class-thermal)."""
    values = [_number(zone / "temp") for zone in system.glob("class/thermal/thermal_zone*")]
    degrees = max((value / 1000 for value in values if value is not None), default=None)
    if degrees is None:
        return Health("temperature", State.UNKNOWN, Message("no_thermometer"))
    if degrees < HOT:
        return Health("temperature", State.GOOD, Message("degrees", degrees=round(degrees)))
    state = State.WARNING if degrees < TOO_HOT else State.BAD
    return Health(
        "temperature", state, Message("degrees_hot", degrees=round(degrees)), Message("air_and_shade")
    )


def supply(system: Path = SYSTEM) -> Health:
    """Under-voltage in the last seconds, as a Pi's firmware tells (Linux: hwmon/raspberrypi-hwmon.c)."""
    for sensor in system.glob("class/hwmon/hwmon*"):
        if _text(sensor / "name") == "rpi_volt":
            if _number(sensor / "in0_lcrit_alarm"):
                return Health("supply", State.BAD, Message("voltage_low"), Message("stronger_supply"))
            return Health("supply", State.GOOD, Message("voltage_fine"))
    return Health("supply", State.UNKNOWN, Message("voltage_unknown"))


def clock(
    run: Path = Path("/run"), now: Callable[[], float] = time.time, installed: float | None = None
) -> Health:
    """Whether the dates of examinations can be believed: most Raspberry Pis have no clock of their own."""
    installed = Path(__file__).stat().st_mtime if installed is None else installed
    # Made by systemd-timesyncd as soon as it has heard the time (systemd-timesyncd.service(8)).
    if (run / "systemd/timesync/synchronized").exists():
        return Health("clock", State.GOOD, Message("clock_by_network"))
    advice = Message("connect_once")
    if now() < installed:
        return Health("clock", State.BAD, Message("clock_wrong"), advice)
    # Usual where the device has no network but its own, so no reason to warn.
    return Health("clock", State.UNKNOWN, Message("clock_not_set"), advice)


def memory(system: Path = SYSTEM, own: Path = Path("/proc/self/cgroup")) -> Health:
    """Whether the unit's bound on memory holds, and how near it is (Linux: cgroup-v2, memory)."""
    group = (_text(own) or "").rpartition("::")[2]
    if not group.endswith(".service"):
        return Health("memory", State.UNKNOWN, Message("no_service"))
    folder = system / "fs/cgroup" / group.lstrip("/")
    used, most = _number(folder / "memory.current"), _number(folder / "memory.max")
    if used is None or most is None:
        return Health(
            "memory",
            State.WARNING,
            Message("no_memory_bound"),
            Message("add_memory_bound"),
        )
    state = State.GOOD if used < 0.9 * most else State.WARNING
    remedy = None if state is State.GOOD else Message("close_pages")
    return Health("memory", state, Message("memory_used", used=used >> 20, most=most >> 20), remedy)


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text and text.lstrip("-").isdecimal() else None


def _text(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None
