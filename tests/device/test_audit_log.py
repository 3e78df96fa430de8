"""Whoever changes the audit log is seen, also who rewrites all of it, or cuts its end off."""

import json
import os
import sqlite3
import tarfile
from contextlib import closing
from hashlib import sha256

import pytest

from device import cli
from device.access import open_access
from device.access.audit import HEAD, Head
from device.records import Records


@pytest.fixture
def access(tmp_path):
    access = open_access(tmp_path)
    yield access
    access.close()


@pytest.fixture
def log(tmp_path):
    """A log of five entries, and nobody who has it open."""
    with closing(open_access(tmp_path)) as access:
        for number in range(5):
            access.audit.write("Ann", "saw", f"examination {number}")
    return tmp_path


def change(state, *statements):
    """As someone who has the whole file does."""
    with closing(sqlite3.connect(state / "access.sqlite3")) as database, database:
        for trigger in ("audit_is_not_changed", "audit_is_not_shortened"):
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            database.execute(statement)


def check(state, capsys, *options):
    status = cli.main(["audit", "--state", str(state), *map(str, options)])
    return status, capsys.readouterr().out


def broken_at(state):
    with closing(open_access(state)) as access:
        return access.audit.broken_at()


def rewrite_chain(state, first, key=None):
    """All entries from `first` on chained anew, without the device's key."""
    with closing(sqlite3.connect(state / "access.sqlite3")) as database, database:
        before = database.execute("SELECT hash FROM audit WHERE number = ?", (first - 1,)).fetchone()[0]
        for row in database.execute(
            "SELECT * FROM audit WHERE number >= ? ORDER BY number", (first,)
        ).fetchall():
            before = sha256(json.dumps([before, *row[:5]]).encode()).hexdigest()
            database.execute("UPDATE audit SET hash = ? WHERE number = ?", (before, row[0]))


def test_a_whole_log_is_called_whole(log, capsys):
    status, out = check(log, capsys)
    assert status == 0
    assert "5 entries" in out
    assert "The chain is whole." in out


def test_the_database_itself_refuses_changes(access):
    access.audit.write("Ann", "saw", "an examination")
    for statement in ("UPDATE audit SET who = 'Bob'", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            access._database.execute(statement)


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE audit SET who = 'Bob' WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 2", 3),
        ("DELETE FROM audit WHERE number = 1", 2),
        ("UPDATE audit SET written_at = '1970-01-01' WHERE number = 5", 5),
    ],
)
def test_what_was_changed_or_taken_out_is_named(log, capsys, statement, entry):
    change(log, statement)
    status, out = check(log, capsys)
    assert status == 1
    assert f"BROKEN at entry {entry}:" in out


def test_a_chain_that_was_rewritten_without_the_key_is_seen(log):
    change(log, "UPDATE audit SET who = 'Bob' WHERE number = 3")
    rewrite_chain(log, 3)
    assert broken_at(log) == 3


def test_a_tail_that_was_cut_is_seen_and_stays_seen(log, capsys):
    change(log, "DELETE FROM audit WHERE number > 3")
    assert check(log, capsys)[0] == 1
    # Whatever is written afterwards.
    with closing(open_access(log)) as access:
        for number in range(4):
            access.audit.write("Ann", "saw", f"examination {number}")
    status, out = check(log, capsys)
    assert status == 1
    assert "BROKEN at entry 4:" in out


def test_a_log_that_was_begun_anew_is_seen(log, capsys):
    for path in log.glob("access.sqlite3*"):
        path.unlink()
    with closing(open_access(log)):
        pass
    assert check(log, capsys)[0] == 1


def test_while_the_daemon_runs_a_cut_tail_is_seen(access, tmp_path):
    for _ in range(3):
        access.audit.write("Ann", "saw", "an examination")
    change(tmp_path, "DELETE FROM audit WHERE number = 3")
    assert access.audit.broken_at() == 3


def test_a_backup_anchors_the_log(log, capsys):
    with closing(Records(log)) as records:
        records.backups.write(log / "b.tar")
    status, out = check(log, capsys, "--backup", log / "b.tar")
    assert status == 0
    assert "b.tar: the log holds all that it knows, up to entry 5" in out
    # Cut, and everything beside it made to agree.
    change(log, "DELETE FROM audit WHERE number > 3")
    (log / HEAD).unlink()
    assert check(log, capsys)[0] == 0
    status, out = check(log, capsys, "--backup", log / "b.tar")
    assert status == 1
    assert "b.tar: CHANGED OR REMOVED: entry 5" in out


def test_the_journal_anchors_the_log(log, capsys, monkeypatch, caplog, tmp_path):
    caplog.set_level("INFO")
    with closing(open_access(log)) as access:
        access.audit.tell_head()
    message = next(record.getMessage() for record in caplog.records if "audit head" in record.getMessage())
    journal = tmp_path / "bin" / "journalctl"
    journal.parent.mkdir()
    journal.write_text(f"#!/bin/sh\necho 'device.access.audit: {message}'\necho 'audit head rubbish'\n")
    journal.chmod(0o755)
    monkeypatch.setenv("PATH", f"{journal.parent}:{os.environ['PATH']}")
    assert "the journal: the log holds all that it knows, up to entry 5" in check(log, capsys)[1]
    change(log, "DELETE FROM audit WHERE number > 3")
    (log / HEAD).unlink()
    status, out = check(log, capsys)
    assert status == 1
    assert "the journal: CHANGED OR REMOVED: entry 5" in out


def test_entries_from_before_the_key_are_told_apart(log, capsys):
    (log / "access.key").unlink()
    with closing(open_access(log)) as access:
        access.audit.write("Ann", "saw", "an examination")
    status, out = check(log, capsys)
    assert status == 0
    assert "Entries before 6 are from before this key" in out
    change(log, "UPDATE audit SET who = 'Bob' WHERE number = 6")
    assert check(log, capsys)[0] == 1


def test_a_damaged_key_is_made_anew_and_told(log, caplog):
    (log / "access.key").write_text("rubbish")
    assert broken_at(log) is None
    assert "what the old one signed can't be checked" in caplog.text


def test_nobody_else_reads_the_key_and_no_backup_holds_it(log):
    assert (log / "access.key").stat().st_mode & 0o077 == 0
    with closing(Records(log)) as records:
        records.backups.write(log / "b.tar")
    with tarfile.open(log / "b.tar") as archive:
        assert not [member.name for member in archive if "key" in member.name]


def test_two_processes_write_one_chain(tmp_path):
    with closing(open_access(tmp_path)) as daemon, closing(open_access(tmp_path)) as command:
        for number in range(5):
            daemon.audit.write("Ann", "saw", str(number))
            command.audit.write("this device", "exported", str(number))
        assert daemon.audit.head() == command.audit.head()
        assert daemon.audit.head().number == 10
        assert daemon.audit.broken_at() is None


def test_without_a_log_the_command_says_so_and_makes_none(tmp_path, capsys):
    assert cli.main(["audit", "--state", str(tmp_path)]) == 2
    assert "no audit log here" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "5", "5 abc", "x" * 64, f"-1 {'0' * 64}", f"1 {'0' * 64} more", "\0"])
def test_what_is_no_head_is_none(text):
    assert Head.parse(text) is None
