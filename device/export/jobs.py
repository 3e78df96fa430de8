"""Exports and imports in the background: one at a time, told how far they are, gone after some hours."""

import json
import logging
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from device.errors import BusyError, ExportError
from device.export.file_names import file_name
from device.export.formats import FORMATS
from device.export.order import Order, to_json

KEPT_SECONDS = 6 * 3600.0
MOST_KEPT = 20
MOST_NAMED = 3
"""So many of those whom an export shows are named on the list."""
LEAST_FREE = 100 << 20
"""Bytes of the disk that no export takes."""
_PATIENCE_SECONDS = 10.0

log = logging.getLogger(__name__)


class Progress(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Job:
    """An export, or the import of a file (`kind`).

    `whom` holds up to `MOST_NAMED` pseudonyms of those whom it shows, and None in the place of more;
    `named` is true of an export with names.

    `done` of `total` examinations (of an import also pictures); `result` is what came of it and
    `fault` in a sentence why nothing did; `path` is where an export's file lies when it is done.
    """

    id: str
    kind: str
    title: str
    who: str
    started_at: datetime
    path: Path
    whom: tuple[str | None, ...] = ()
    named: bool = False
    progress: Progress = Progress.RUNNING
    done: int = 0
    total: int = 0
    result: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    ended: float = 0.0

    @property
    def name(self) -> str:
        """What its file is called: of whom, if of one person, and when."""
        suffix = FORMATS[self.title].suffix if self.kind == "export" else "zip"
        whom = self.whom[0] if len(self.whom) == 1 else None
        return file_name(whom, self.started_at.date(), self.id, suffix)


class Jobs:
    """The jobs of one state folder, whose files lie in its folder `exports`.

    What an earlier daemon left there is removed. `keep_free` bytes of the disk stay free.
    """

    def __init__(self, state: Path, keep_free: int = 0) -> None:
        self._state, self.folder = state, state / "exports"
        self.reserve = max(LEAST_FREE, keep_free)
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._clear()

    def export(self, order: Order, who: str, whom: Iterable[str] = ()) -> Job:
        """Begin an export for `who`, of persons with these pseudonyms.

        Raises BusyError while another job runs, ExportError without room.
        """
        some = list(islice(whom, MOST_NAMED + 1))
        shown = (*some[:MOST_NAMED], *([None] if some[MOST_NAMED:] else []))
        return self._begin("export", order.format, who, None, {"order": to_json(order)}, shown, order.named)

    def import_file(self, path: Path, again: bool, who: str) -> Job:
        """Begin the import of a file, which is then removed; with `again` also of what was deleted here.

        Raises as `export` does.
        """
        try:
            return self._begin("import", "import", who, path, {"again": again})
        except (BusyError, ExportError):
            path.unlink(missing_ok=True)
            raise

    def all(self) -> list[Job]:
        """The jobs that are still known, newest first."""
        with self._lock:
            self._sweep()
            return list(reversed(self._jobs.values()))

    def get(self, job_id: str) -> Job | None:
        """The job, or None."""
        with self._lock:
            self._sweep()
            return self._jobs.get(job_id)

    def remove(self, job_id: str) -> bool:
        """Cancel it if it runs, or delete it with its file; False when there is no such job."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                return False
            if job.progress is Progress.RUNNING:
                self._jobs[job_id] = replace(job, progress=Progress.CANCELLED)
                if self._process:
                    self._process.terminate()
            else:
                self._forget(job)
            thread = self._thread if job.progress is Progress.RUNNING else None
        if thread:
            thread.join(_PATIENCE_SECONDS)
        return True

    def make_room(self) -> Path:
        """The folder for files that come in and go out, made if need be. Raises ExportError."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ExportError("folder_not_made", folder=self.folder, error=error.strerror) from error
        return self.folder

    def close(self) -> None:
        """End what runs, and delete every file."""
        for job in self.all():
            if job.progress is Progress.RUNNING:
                self.remove(job.id)
        self._clear()

    def _clear(self) -> None:
        # The folder itself stays: nginx may have it mounted.
        for each in self.folder.glob("*"):
            each.unlink() if each.is_file() else shutil.rmtree(each, ignore_errors=True)

    def _begin(
        self,
        kind: str,
        title: str,
        who: str,
        path: Path | None,
        task: dict[str, Any],
        whom: tuple[str | None, ...] = (),
        named: bool = False,
    ) -> Job:
        room = self.make_room()
        last = self._thread
        if last and not any(job.progress is Progress.RUNNING for job in self.all()):
            last.join(_PATIENCE_SECONDS)
        with self._lock:
            if self._thread and self._thread.is_alive():
                raise BusyError("export_under_way")
            if shutil.disk_usage(room).free < self.reserve:
                raise ExportError("too_little_free", least=self.reserve >> 20)
            job_id = secrets.token_hex(8)
            job = Job(job_id, kind, title, who, datetime.now(UTC), path or room / job_id, whom, named)
            self._jobs[job_id] = job
            whole = task | {"state": str(self._state), "path": str(job.path), "reserve": self.reserve}
            self._thread = threading.Thread(target=self._run, args=(job, whole), name=kind, daemon=True)
            self._thread.start()
        return job

    def _run(self, job: Job, task: dict[str, Any]) -> None:
        fault = f"the {job.kind} ended before it was done; try again"
        status: dict[str, Any] = {}
        try:
            # No name of a module of the daemon's is looked up in its working directory.
            command = [sys.executable, "-P", "-m", "device.export"]
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as process:
                self._process = process
                assert process.stdin is not None
                assert process.stdout is not None
                if self._cancelled(job):
                    process.terminate()
                with process.stdin as stdin:
                    json.dump(task, stdin)
                for line in process.stdout:
                    status |= json.loads(line)
                    self._change(job.id, done=status.get("done", 0), total=status.get("of", 0))
            fault = status.get("fault", fault)
        except (OSError, ValueError) as error:
            log.error("%s %s: %s", job.kind, job.id, error)
        finally:
            self._process = None
            self._end(job, status.get("result"), fault)

    def _end(self, job: Job, result: dict[str, Any] | None, fault: str) -> None:
        if job.kind == "import" or result is None:
            job.path.unlink(missing_ok=True)
            job.path.with_name(job.path.name + ".part").unlink(missing_ok=True)
        progress = Progress.CANCELLED if self._cancelled(job) else Progress.FAILED
        if result is not None:
            self._change(job.id, progress=Progress.DONE, result=result, ended=time.monotonic())
        else:
            self._change(job.id, progress=progress, fault=fault, ended=time.monotonic())
        log.info(
            "%s %s of %s: %s",
            job.kind,
            job.id,
            job.who or "this device",
            progress if result is None else "done",
        )

    def _cancelled(self, job: Job) -> bool:
        known = self._jobs.get(job.id)
        return known is None or known.progress is Progress.CANCELLED

    def _change(self, job_id: str, **changes: Any) -> None:
        with self._lock:
            if job_id in self._jobs:
                self._jobs[job_id] = replace(self._jobs[job_id], **changes)

    def _sweep(self) -> None:
        ended = [job for job in self._jobs.values() if job.ended]
        for place, job in enumerate(reversed(ended)):
            if place >= MOST_KEPT or time.monotonic() - job.ended > KEPT_SECONDS:
                self._forget(job)

    def _forget(self, job: Job) -> None:
        job.path.unlink(missing_ok=True)
        del self._jobs[job.id]
