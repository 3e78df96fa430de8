import os
import shutil
import signal
import time

import pytest

from device.errors import BusyError, ExportError
from device.export import Order
from device.export import jobs as module
from device.export.jobs import Jobs, Progress
from device.records import Records


@pytest.fixture
def jobs(device):
    jobs = Jobs(device.folder)
    yield jobs
    jobs.close()


def wait(jobs, job):
    deadline = time.monotonic() + 30
    while (now := jobs.get(job.id)) and now.progress is Progress.RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return now


@pytest.fixture
def asleep(monkeypatch):
    """Processes that take their task and then do nothing."""
    real = module.subprocess.Popen

    def popen(command, **options):
        return real(["sleep", "60"], **options)

    monkeypatch.setattr(module.subprocess, "Popen", popen)
    return lambda: monkeypatch.setattr(module.subprocess, "Popen", real)


def test_an_export_is_made_by_a_process_of_its_own_and_kept(jobs):
    job = wait(jobs, jobs.export(Order("csv"), "somebody"))
    assert (job.progress, job.done, job.total, job.who) == (Progress.DONE, 3, 3, "somebody")
    assert job.result["examinations"] == 3
    assert job.path.stat().st_size == job.result["bytes"]
    assert job.path.stat().st_mode & 0o777 == 0o600
    assert job.name.endswith(".csv")


def test_what_a_job_can_not_do_is_told(jobs, device):
    device.records.deletion.examinations(device.ids)
    job = wait(jobs, jobs.export(Order("csv"), ""))
    assert (job.progress, job.fault) == (Progress.FAILED, "no examination meets what was asked for")
    assert list(jobs.folder.iterdir()) == []


def test_an_import_brings_in_and_removes_its_file(jobs, open_device):
    made = wait(jobs, jobs.export(Order("zip"), ""))
    other = open_device("other")
    others = Jobs(other.folder)
    path = others.make_room() / "upload"
    shutil.copy(made.path, path)
    job = wait(others, others.import_file(path, False, ""))
    assert (job.progress, job.result["added"]) == (Progress.DONE, 3)
    assert not path.exists()
    assert other.records.count() == 3


@pytest.mark.usefixtures("asleep")
def test_there_is_one_at_a_time_and_it_can_be_cancelled(jobs, asleep):
    job = jobs.export(Order("csv"), "")
    with pytest.raises(BusyError):
        jobs.export(Order("csv"), "")
    path = jobs.folder / "upload"
    path.write_bytes(b"x")
    with pytest.raises(BusyError):
        jobs.import_file(path, False, "")
    assert not path.exists()
    assert jobs.remove(job.id)
    assert jobs.get(job.id).progress is Progress.CANCELLED
    asleep()
    assert wait(jobs, jobs.export(Order("csv"), "")).progress is Progress.DONE


@pytest.mark.usefixtures("asleep")
def test_a_process_that_is_killed_leaves_nothing(jobs):
    job = jobs.export(Order("csv"), "")
    job.path.with_name(f"{job.id}.part").write_bytes(b"half")
    while jobs._process is None:
        time.sleep(0.01)
    os.kill(jobs._process.pid, signal.SIGKILL)
    assert wait(jobs, job).progress is Progress.FAILED
    assert list(jobs.folder.iterdir()) == []


def test_an_import_that_is_killed_leaves_whole_examinations_and_goes_on(jobs, device, open_device, tmp_path):
    made = wait(jobs, jobs.export(Order("zip"), ""))
    folder = tmp_path / "other"
    Records(folder).close()
    code = (
        "import os, sys, signal; from device.export import importing; from device.records import Records\n"
        "from device.records.importer import Importer; from pathlib import Path; real = Importer._assign\n"
        "def die(self, *rest):\n"
        "    if self._examinations.count(): os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(self, *rest)\n"
        "Importer._assign = die\n"
        "records = Records(Path(sys.argv[1]), exclusive=False)\n"
        "importing.import_archive(records, Path(sys.argv[2]), False, lambda done, of: None, 0)\n"
    )
    command = [module.sys.executable, "-c", code, str(folder), str(made.path)]
    assert module.subprocess.run(command).returncode == -signal.SIGKILL
    other = open_device("other")
    assert other.records.count() == 1
    assert len(list((folder / "images").iterdir())) == 3
    others = Jobs(folder)
    path = others.make_room() / "upload"
    shutil.copy(made.path, path)
    assert wait(others, others.import_file(path, False, "")).result == {
        "added": 2,
        "known": 1,
        "deleted": 0,
        "conflicts": 0,
        "damaged": 0,
        "sentences": [],
    }


def test_files_go_when_they_are_deleted_old_or_the_device_starts_again(jobs, device, monkeypatch):
    first, second = (wait(jobs, jobs.export(Order("csv"), "")) for _ in range(2))
    assert [job.id for job in jobs.all()] == [second.id, first.id]
    jobs.remove(first.id)
    assert not first.path.exists()
    assert not jobs.remove(first.id)
    monkeypatch.setattr(module, "KEPT_SECONDS", 0)
    assert jobs.all() == []
    assert not second.path.exists()
    (jobs.folder / "left over").touch()
    Jobs(device.folder)
    assert not list(jobs.folder.iterdir())


def test_nothing_begins_on_a_disk_that_is_nearly_full(device):
    jobs = Jobs(device.folder, keep_free=1 << 60)
    with pytest.raises(ExportError, match="free some space"):
        jobs.export(Order("csv"), "")
    assert jobs.all() == []
