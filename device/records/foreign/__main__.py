"""The process that reads a database from elsewhere: `python -m device.records.foreign FOREIGN TARGET`.

Its answer is one line of JSON on standard output: what was left out, or what is wrong.
"""

import json
import mmap
import resource
import sqlite3
import sys
from pathlib import Path

from device.errors import RecordsError
from device.records.foreign import MOST_SECONDS
from device.records.foreign.rows import WRONG, copy_rows
from device.serialization import message_to_json

_MEMORY = 256 << 20


def main(foreign: Path, target: Path) -> int:
    """Copy what can be believed; 0 when it is done."""
    _bound(foreign)
    try:
        print(json.dumps({"left_out": list(map(message_to_json, copy_rows(foreign, target)))}))
    except RecordsError as error:
        print(json.dumps({"fault": message_to_json(error.message)}))
        return 1
    except (sqlite3.Error, MemoryError, OSError, *WRONG) as error:
        print(json.dumps({"damaged": str(error)}))
        return 1
    return 0


def _bound(foreign: Path) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * mmap.PAGESIZE + _MEMORY
    # Written are the new database and its journal, or its copy where it is packed.
    room = 4 * foreign.stat().st_size + _MEMORY
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, room),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
