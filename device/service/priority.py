"""Threads that let others go first."""

import os
import sys
import threading

_NICENESS = 10


def give_way() -> None:
    """Let the calling thread work only when the cores have nothing more urgent to do.

    Linux gives each thread a niceness of its own (sched(7)); elsewhere nothing changes. A thread that
    gives way more already stays as it is: without rights nobody may go back.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        own = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, max(own, _NICENESS))
