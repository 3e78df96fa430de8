"""A database from elsewhere, read in a process of its own and written anew: none of its code is ever run.

Whoever made the file may have put triggers, views and virtual tables into it, or have bent its pages so that
SQLite itself fails. So it must have the tables that this program makes, to the letter; its rows alone are
copied, into a database that this program has made; and what they say is checked as an import's is. Memory,
time and writing of the process are bounded.
"""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from device.errors import RecordsError
from device.message import Message
from device.serialization import message_from_json

MOST_SECONDS = 1800

log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1


def rebuild(foreign: Path, target: Path, look: Callable[[], None] = lambda: None) -> list[Message]:
    """Write what can be believed of the database `foreign` into a new one at `target`.

    Gives the examinations, persons and lesions that are left out, because something in them can't be: by
    their ids, with what that is. `look` is called now and then; what it raises ends the work. Raises
    RecordsError when `foreign` is none of a Dermapoint's records.
    """
    command = [sys.executable, "-P", "-m", "device.records.foreign", str(foreign), str(target)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            overdue = time.monotonic() + MOST_SECONDS
            while process.poll() is None and time.monotonic() < overdue:
                look()
                time.sleep(_LOOK_SECONDS)
        finally:
            process.kill()
        output = process.stdout.read() if process.stdout else ""
    answer = json.loads(output or "{}")
    if "fault" in answer:
        fault = message_from_json(answer["fault"])
        raise RecordsError(fault)
    if "left_out" not in answer:
        log.error("a backup's database: %s", answer.get("damaged", "the process that read it was ended"))
        raise RecordsError("backup_damaged")
    return list(map(message_from_json, answer["left_out"]))
