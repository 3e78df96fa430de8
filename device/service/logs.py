"""The log: one line an event, with its priority for the journal and the examination that it is about."""

import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

_examination: ContextVar[str] = ContextVar("examination", default="")

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""The lowest level of each of syslog's priorities (sd-daemon(3)); below is debug."""
_DEBUG = 7

log = logging.getLogger(__name__)


@contextmanager
def about(examination_id: str) -> Iterator[None]:
    """What is logged inside, on this thread, names this examination."""
    before = _examination.set(examination_id)
    try:
        yield
    finally:
        _examination.reset(before)


class LineFormatter(logging.Formatter):
    """One line for each event, tracebacks included: a journal splits at the ends of lines.

    For the journal it begins with the priority in angle brackets, which journald takes off.
    """

    def __init__(self, for_journal: bool) -> None:
        super().__init__("%(name)s: %(message)s" if for_journal else "%(levelname)s %(name)s: %(message)s")
        self._for_journal = for_journal

    def format(self, record: logging.LogRecord) -> str:
        line = " | ".join(part.strip() for part in super().format(record).splitlines() if part.strip())
        examination = _examination.get()
        if examination and examination not in line:
            line += f" [examination {examination}]"
        return f"<{_priority(record.levelno)}>{line}" if self._for_journal else line


def set_up(stream: TextIO | None = None, environment: Mapping[str, str] = os.environ) -> None:
    """Log to `stream`, standard error unless it is given; also what no one caught."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter(_is_journal(stream, environment)))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    threading.excepthook = _log_thread


def _is_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether the stream is the one that systemd tied to the journal: JOURNAL_STREAM in systemd.exec(5)."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _priority(level: int) -> int:
    return next((priority for lowest, priority in _PRIORITIES if level >= lowest), _DEBUG)


def _log_thread(ended: threading.ExceptHookArgs) -> None:
    name = ended.thread.name if ended.thread else "a thread"
    error = ended.exc_value or ended.exc_type()
    log.critical("%s ended", name, exc_info=(ended.exc_type, error, ended.exc_traceback))
