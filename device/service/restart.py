"""A new start that was asked for: the process ends, and systemd starts it again."""

import os
import signal
import threading

_ANSWER_SECONDS = 0.5
"""Whoever asked gets an answer first."""


class Restart:
    """Ends this process once someone has asked for it; `asked` tells it from other ends."""

    def __init__(self) -> None:
        self.asked = False

    @property
    def possible(self) -> bool:
        """True when systemd runs this process, and so starts it again (systemd.exec(5), $INVOCATION_ID)."""
        return "INVOCATION_ID" in os.environ

    def ask(self) -> None:
        """End this process in a moment."""
        self.asked = True
        threading.Timer(_ANSWER_SECONDS, os.kill, (os.getpid(), signal.SIGTERM)).start()
