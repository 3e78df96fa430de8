"""A process of its own for one export or import: it leaves the daemon its memory and its time.

The task is read from standard input as JSON; standard output tells, a JSON object a line, how far it
is (`done`, `of`) and at last what came of it (`result`) or why nothing did (`fault`).
"""

import json
import os
import signal
import sys
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from device.errors import DermapointError
from device.export.importing import import_archive
from device.export.items import Collection
from device.export.order import from_json
from device.export.writing import write
from device.optics import OpticsStore
from device.records import Records

_LEAST_PRIORITY = 19
_REPORT_SECONDS = 0.2


class _ProgressReport:
    """Says how far it is, and not more often than anybody looks."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, done: int, of: int) -> None:
        if done == of or monotonic() >= self._next:
            self._next = monotonic() + _REPORT_SECONDS
            _say(done=done, of=of)


def main() -> int:
    """Do what standard input says; 0 when it is done."""
    with suppress(OSError):
        # A press goes first.
        os.nice(_LEAST_PRIORITY)
    # Cancelled: what was begun is tidied up on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    task = json.load(sys.stdin)
    try:
        with closing(Records(Path(task["state"]), exclusive=False)) as records:
            _say(result=_do(task, records))
    except DermapointError as error:
        _say(fault=str(error))
        return 1
    return 0


def _do(task: dict[str, Any], records: Records) -> dict[str, Any]:
    path, reserve = Path(task["path"]), task["reserve"]
    if "order" not in task:
        return asdict(import_archive(records, path, task["again"], _ProgressReport(), reserve))
    order = from_json(task["order"])
    collection = Collection(records, OpticsStore(records.folder), order)
    return asdict(write(records, collection, order, path, _ProgressReport(), reserve))


def _say(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # The daemon is gone, and with it whoever wanted this.
        os._exit(1)
