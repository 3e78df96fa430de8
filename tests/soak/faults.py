"""Makes every write fail in turn, with ENOSPC, EIO and EROFS, and holds the records to what they said.

`python -m tests.soak.faults` builds a small library that comes before libc, and starts itself again with it.
Needs a C compiler.
"""

import contextlib
import ctypes
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from device.errors import RecordsError
from device.records import Query, Records
from tests.soak import page_faults
from tests.soak.kills import FRAMES, make_examination

A, B, C = NAMES = tuple(f"20260101T00000000000{number}-abcd" for number in range(3))
SOURCE = Path(__file__).with_name("disk.c")
PIXELS = np.full((48, 64, 3), 90, np.uint8)


def use(folder: Path) -> set[str]:
    """All kinds of writing; the ids that must be there, since it was said that they are saved."""
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


def run(disk: ctypes.CDLL) -> None:
    """Fail each write of `use`, in all ways. Raises AssertionError."""
    total = fail(disk, 0, 0, 0)
    for error in (errno.ENOSPC, errno.EIO, errno.EROFS):
        for for_good in (0, 1):
            for number in range(1, total + 1):
                fail(disk, number, error, for_good)
            print(
                f"{errno.errorcode[error]}, {'for good' if for_good else 'once'}: {total} writes", flush=True
            )


def fail(disk: ctypes.CDLL, number: int, error: int, for_good: int) -> int:
    """Fail one write (0: none) and check; how many there were."""
    with tempfile.TemporaryDirectory() as name:
        disk.disk_arm(name.encode(), number, error, for_good)
        there = use(Path(name))
        calls: int = disk.disk_calls()
        disk.disk_arm(b"", 0, 0, 0)
        try:
            check(Path(name), there)
        except Exception as wrong:
            wrong.add_note(f"write {number} failed with {error}, {'for good' if for_good else 'once'}")
            raise
    return calls


def main() -> None:
    if os.environ.get("LD_PRELOAD"):
        run(ctypes.CDLL(None))
        page_faults.run(ctypes.CDLL(None))
        return
    compiler = shutil.which("cc")
    if not compiler:
        sys.exit("a C compiler is needed; on Debian: sudo apt install gcc")
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/disk.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, str(SOURCE)], check=True)
        command = [sys.executable, "-m", "tests.soak.faults"]
        sys.exit(subprocess.run(command, env={**os.environ, "LD_PRELOAD": library}).returncode)


if __name__ == "__main__":
    main()
