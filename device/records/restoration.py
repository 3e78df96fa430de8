"""A backup file that is being brought back while the device works on."""

import logging
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from device.errors import BusyError, CancelledError, RecordsError
from device.message import Message
from device.records.backup import Backups, Restored

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """How far it is: `done` of `total` pictures were looked at; then `result`, or what went wrong."""

    done: int = 0
    total: int = 0
    result: Restored | None = None
    fault: Message | None = None

    @property
    def under_way(self) -> bool:
        return self.result is None and not self.fault


class Restoration:
    """One restoring at a time, on a thread of its own; `step` is None before the first."""

    def __init__(self, backups: Backups) -> None:
        self._backups, self._one_at_a_time = backups, threading.Lock()
        self._cancelled = threading.Event()
        self.step: Step | None = None

    def begin(self, path: Path) -> None:
        """Begin to bring back what a file holds, and remove it afterwards. Raises BusyError.

        Should the power fail meanwhile, what came back stays, and the rest comes by the same file again.
        """
        with self._one_at_a_time:
            if self.step and self.step.under_way:
                path.unlink(missing_ok=True)
                raise BusyError("backup_being_restored")
            self._cancelled.clear()
            self.step = Step()
        threading.Thread(target=self._restore, args=(path,), name="restore", daemon=True).start()

    def cancel(self) -> bool:
        """End what is under way, and leave nothing of it; False when nothing is."""
        with self._one_at_a_time:
            under_way = bool(self.step and self.step.under_way)
            if under_way:
                self._cancelled.set()
        return under_way

    def _restore(self, path: Path) -> None:
        step = Step(fault=Message("restoration_failed"))
        try:
            restored = self._backups.restore(path, self._report)
            step = Step(result=restored)
            log.info("%d examinations came back from a backup", restored.examinations)
        except RecordsError as error:
            step = Step(fault=error.message)
            log.warning("a backup was not restored: %s", error)
        finally:
            path.unlink(missing_ok=True)
            self.step = step

    def _report(self, done: int, total: int) -> None:
        if self._cancelled.is_set():
            raise CancelledError("cancelled")
        self.step = replace(self.step or Step(), done=done, total=total)
