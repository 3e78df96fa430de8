"""Whether the server in front, which others reach the page by, is there."""

import time
from pathlib import Path

from device.front.nginx import CONFIGURATION, running
from device.health import Health, State
from device.message import Message

STARTS_WITHIN = 10.0
"""Seconds: a unit of systemd starts it once its configuration is written."""


def front(folder: Path) -> Health:
    """Whether nginx runs in `folder`, with how long ago it was told to."""
    if running(folder):
        return Health("front", State.GOOD, Message("front_runs"))
    try:
        age = time.time() - (folder / CONFIGURATION).stat().st_mtime
    except OSError:
        age = STARTS_WITHIN
    if age < STARTS_WITHIN:
        return Health("front", State.UNKNOWN, Message("front_starts"))
    return Health("front", State.BAD, Message("front_down"), Message("restart_front"))
