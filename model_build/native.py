"""Keeps what libraries write past Python from between the lines of a command."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STDERR = 2


@contextmanager
def messages_into(file: Path) -> Iterator[None]:
    """What libraries write to the process's own error output goes to the end of `file`.

    TensorFlow writes dozens of notes on the processor there, whatever it is asked. Python's own
    `sys.stderr`, with progress and errors, stays where it is.
    """
    own, screen = sys.stderr, os.dup(_STDERR)
    try:
        with file.open("ab") as kept, os.fdopen(os.dup(screen), "w", buffering=1) as same:
            os.dup2(kept.fileno(), _STDERR)
            # Whoever put something else in its place, as a test does, keeps it.
            if own is sys.__stderr__:
                sys.stderr = same
            yield
    finally:
        sys.stderr = own
        os.dup2(screen, _STDERR)
        os.close(screen)
