"""Short versions of `make soak`."""

import errno
import os
import sqlite3
from pathlib import Path

from tests.soak import faults, kills

STEP = 11


def test_nothing_announced_is_lost_when_the_process_is_killed(tmp_path):
    counts = kills.run(tmp_path / "state", 5)
    assert counts["kills"] == 5
    assert counts["announced"] > 0


class FailingDisk:
    """Fails the call of a number that would write, and on request all after it, one layer above `disk.c`."""

    def __init__(self, monkeypatch):
        self.calls = self.failing = self.error = 0
        self.for_good = False
        disk, real_connect = self, sqlite3.connect

        class Connection(sqlite3.Connection):
            def execute(self, statement, *values):
                if not statement.startswith(("SELECT", "PRAGMA", "ROLLBACK")):
                    disk.write(sqlite3.OperationalError("disk I/O error"))
                return super().execute(statement, *values)

        def guarded(real):
            def call(*values, **named):
                disk.write(OSError(disk.error, os.strerror(disk.error)))
                return real(*values, **named)

            return call

        monkeypatch.setattr(
            sqlite3, "connect", lambda *values, **named: real_connect(*values, **named, factory=Connection)
        )
        monkeypatch.setattr(os, "fsync", guarded(os.fsync))
        for name in ("replace", "mkdir", "write_bytes", "touch"):
            monkeypatch.setattr(Path, name, guarded(getattr(Path, name)))

    def write(self, refusal):
        self.calls += 1
        if self.failing and (self.calls >= self.failing if self.for_good else self.calls == self.failing):
            raise refusal

    def arm(self, failing, error=0, for_good=False):
        self.calls, self.failing, self.error, self.for_good = 0, failing, error, for_good


def test_whatever_write_fails_the_records_are_what_they_said(tmp_path, monkeypatch):
    disk = FailingDisk(monkeypatch)
    (tmp_path / "0").mkdir()
    assert faults.use(tmp_path / "0") == {faults.B, faults.C}
    total = disk.calls
    assert total > 60
    for failing in range(1, total + 1, STEP):
        folder = tmp_path / str(failing)
        disk.arm(0)
        folder.mkdir()
        error = (errno.ENOSPC, errno.EIO, errno.EROFS)[failing % 3]
        disk.arm(failing, error, for_good=failing % 4 == 0)
        there = faults.use(folder)
        disk.arm(0)
        faults.check(folder, there)
