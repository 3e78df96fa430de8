"""Threads that let others go first."""

import os
import sys
import threading

_NICENESS = 10


def give_way() -> None:
    """Let the calling thread work only when the cores have nothing more urgent to do.

    Linux gives each thread a niceness of its own (sched(7)); elsewhere nothing changes.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
