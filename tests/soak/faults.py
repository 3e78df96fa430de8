"""Makes every write fail in turn, with ENOSPC, EIO and EROFS, and holds the records to what they said.

`python -m tests.soak.faults` builds a small library that comes before libc, and starts itself again with it.
Needs a C compiler.
"""

import argparse
import contextlib
import ctypes
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from device.errors import RecordsError
from device.records import Query, Records
from model_build.marks import write_between_marks
from tests.soak import page_faults
from tests.soak.kills import FRAMES, make_examination
from tests.soak.page_faults import Row

A, B, C = NAMES = tuple(f"20260101T00000000000{number}-abcd" for number in range(3))
SOURCE = Path(__file__).with_name("disk.c")
HOW = {0: "works again", 1: "fails too"}
SHOWN_EACH = 25
PIXELS = np.full((48, 64, 3), 90, np.uint8)


def use(folder: Path, is_over: Callable[[], bool] = lambda: False) -> set[str]:
    """All kinds of writing; the ids that must be there, since it was said that they are saved.

    The restoration, which takes longest, is left out where the write that fails `is_over` before it.
    """
    there: set[str] = set()
    with contextlib.suppress(RecordsError):
        records = Records(folder / "state")
        try:
            for name in NAMES:
                with contextlib.suppress(RecordsError):
                    records.save(make_examination(name), *[PIXELS] * FRAMES)
                    there.add(name)
            with contextlib.suppress(RecordsError):
                person = records.persons.add("P1")
                lesion = records.lesions.add(person.id, region="face")
                records.assign(B, lesion.id)
            with contextlib.suppress(RecordsError):
                records.note(B, "a note")
            with contextlib.suppress(RecordsError):
                records.copies.take()
            # Whether it is gone is doubtful until it is said.
            there.discard(A)
            with contextlib.suppress(RecordsError):
                records.deletion.examinations([A])
            with contextlib.suppress(RecordsError):
                records.backups.write(folder / "state/backup.tar")
            with contextlib.suppress(RecordsError):
                if is_over():
                    return there
                records.backups.restore(folder / "state/backup.tar")
        finally:
            records.close()
    return there


def check(folder: Path, there: set[str]) -> None:
    """What was said to be saved is whole, and nothing lies about."""
    records = Records(folder / "state")
    kept = {line.id for line in records.search(Query(), 99)}
    assert there <= kept <= set(NAMES), (there, kept)
    for name in kept:
        assert records.integrity.check(name) == {}
    assert records.integrity.find_strays() == []
    assert not records.trouble, records.trouble
    records.close()
    left = {path.name for path in (folder / "state").iterdir()}
    assert left <= {"records.sqlite3", "records.lock", "announced", "images", "backups", "backup.tar"}, left


def run(disk: ctypes.CDLL) -> list[Row]:
    """Fail each write of `use`, in all ways. Raises AssertionError."""
    total = fail(disk, 0, 0, 0)
    rows = []
    for error in (errno.ENOSPC, errno.EIO, errno.EROFS):
        for for_good in (0, 1):
            for number in range(1, total + 1):
                fail(disk, number, error, for_good)
                if number % SHOWN_EACH == 0:
                    print(f"{number} of {total}", flush=True)
            rows.append(("the records alone", errno.errorcode[error], HOW[for_good], total, "-"))
            print(*rows[-1], sep=", ", flush=True)
    return rows


def fail(disk: ctypes.CDLL, number: int, error: int, for_good: int) -> int:
    """Fail one write (0: none) and check; how many there were."""
    with tempfile.TemporaryDirectory() as name:
        disk.disk_arm(name.encode(), number, error, for_good)
        there = use(Path(name), lambda: number > 0 and not for_good and disk.disk_calls() >= number)
        calls: int = disk.disk_calls()
        disk.disk_arm(b"", 0, 0, 0)
        try:
            check(Path(name), there)
        except Exception as wrong:
            wrong.add_note(f"write {number} failed with {error}, {HOW[for_good]}")
            raise
    return calls


def table(rows: Iterable[Row]) -> str:
    """What was failed, as Markdown; what comes so far has lost nothing."""
    head = [("writes of", "error", "from then on", "writes failed in turn", "of them refused in words")]
    lines = [*head, ("---",) * len(head[0]), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def main() -> None:
    """All of it in a process of its own, and the table into the document that is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.faults", description=__doc__)
    parser.add_argument(
        "--into", type=Path, metavar="FILE", help="a Markdown file with a place for the table"
    )
    given = parser.parse_args()
    if os.environ.get("LD_PRELOAD"):
        disk = ctypes.CDLL(None)
        written = table([*page_faults.run(disk), *run(disk)])
        print(written)
        if given.into:
            write_between_marks(given.into, written, "faults")
        return
    compiler = shutil.which("cc")
    if not compiler:
        sys.exit("a C compiler is needed; on Debian: sudo apt install gcc")
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/disk.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, str(SOURCE)], check=True)
        command = [sys.executable, "-m", "tests.soak.faults", *sys.argv[1:]]
        sys.exit(subprocess.run(command, env={**os.environ, "LD_PRELOAD": library}).returncode)


if __name__ == "__main__":
    main()
