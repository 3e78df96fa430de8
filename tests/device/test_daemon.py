"""The daemon as a service manager sees it."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from device.app import HUNG
from device.cli import TRY_AGAIN, USAGE_ERROR
from tests.support import free_port


@contextmanager
def service(folder, *options, faults=""):
    """A daemon under a manager with a watchdog of 2 s: the process, and what it tells, word by word."""
    (folder / "faults").write_text(faults)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(folder / "notify"))
        line.settimeout(60)
        environment = {
            **os.environ,
            "NOTIFY_SOCKET": str(folder / "notify"),
            "RUNTIME_DIRECTORY": str(folder),
            "WATCHDOG_USEC": "2000000",
            "DERMAPOINT_FAULTS": str(folder / "faults"),
        }
        command = [sys.executable, "-m", "device.cli", "run", "--demo", "--port", str(free_port())]
        process = subprocess.Popen(
            [*command, "--state", str(folder / "state"), *options], env=environment, stderr=subprocess.DEVNULL
        )
        try:
            yield process, lambda: line.recv(4096).decode()
        finally:
            process.kill()
            process.wait()


def test_it_is_ready_then_alive_and_stops_when_told(tmp_path):
    with service(tmp_path) as (process, heard):
        assert heard() == "STATUS=starting"
        said = {heard()}
        while "READY=1" not in said:
            said.add(heard())
        while "WATCHDOG=1" not in said:
            said.add(heard())
        process.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in said:
            said.add(heard())
        assert process.wait(30) == 0
    assert not (tmp_path / "last-words").exists()


def test_it_stops_well_while_it_starts(tmp_path):
    with service(tmp_path) as (process, heard):
        assert heard() == "STATUS=starting"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("faults", "options", "status", "words"),
    [
        ("0 1000 vanish", [], TRY_AGAIN, "the camera is gone"),
        ("1 1000 freeze", [], HUNG, "the camera hangs"),
        ("", ["--bundle", "/nowhere"], USAGE_ERROR, "no model bundle"),
        ("rubbish", [], USAGE_ERROR, "must be a start and a length"),
    ],
)
def test_how_it_ended_can_be_told_from_status_and_last_words(tmp_path, faults, options, status, words):
    with service(tmp_path, *options, faults=faults) as (process, _):
        assert process.wait(60) == status
    assert words in (tmp_path / "last-words").read_text()
