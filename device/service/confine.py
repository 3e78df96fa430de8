"""Bounds what a process of the device's own may take that reads what strangers made."""

import mmap
import os
import resource
from contextlib import suppress
from pathlib import Path


def confine(memory: int) -> None:
    """Let this process take `memory` bytes more than now, write no file, and go before the daemon does."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    with suppress(OSError):
        os.nice(5)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * mmap.PAGESIZE
    resource.setrlimit(resource.RLIMIT_AS, (now + memory, now + memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
