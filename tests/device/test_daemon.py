"""The daemon as a service manager sees it."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from device.app import CAMERA_HANGS, HUNG
from device.cli import USAGE_ERROR
from device.client import ask
from device.errors import DaemonError
from device.settings import Settings
from device.words import say
from tests.support import free_port


@contextmanager
def service(folder, *options, faults="", **more):
    """A daemon under a manager with a watchdog of 2 s: the process, and what it tells, word by word."""
    (folder / "faults").write_text(faults)
    (folder / "notify").unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(folder / "notify"))
        line.settimeout(60)
        environment = {
            **os.environ,
            "NOTIFY_SOCKET": str(folder / "notify"),
            "RUNTIME_DIRECTORY": str(folder),
            "WATCHDOG_USEC": "2000000",
            "DERMAPOINT_FAULTS": str(folder / "faults") if faults else "",
            **more,
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
    assert not (tmp_path / "exit-reason").exists()


def test_it_stops_well_while_it_starts(tmp_path):
    with service(tmp_path) as (process, heard):
        assert heard() == "STATUS=starting"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("faults", "options", "status", "words"),
    [
        ("1 1000 freeze", [], HUNG, "the camera hangs"),
        ("", ["--bundle", "/nowhere"], USAGE_ERROR, "no model bundle"),
    ],
)
def test_how_it_ended_can_be_told_from_status_and_exit_reason(tmp_path, faults, options, status, words):
    with service(tmp_path, *options, faults=faults) as (process, _):
        assert process.wait(60) == status
    assert words in (tmp_path / "exit-reason").read_text()


@pytest.mark.parametrize(
    ("faults", "environment", "words"),
    [
        ("0 1000 vanish", {}, "the camera is gone"),
        ("0 1000 freeze", {}, "has given no frame yet"),
        ("rubbish", {}, "must be a start and a length"),
        ("", {"DERMAPOINT_FRAMES": "/nowhere"}, "is not a folder"),
    ],
)
def test_a_camera_that_does_not_open_leaves_the_page_which_says_so(
    tmp_path, monkeypatch, faults, environment, words
):
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    port = free_port()
    with service(tmp_path, "--port", str(port), faults=faults, **environment) as (process, heard):
        said = [heard()]
        while not ("READY=1" in said and any("STATUS=camera: " in each for each in said)):
            said.append(heard())
        assert words in next(each for each in said if "STATUS=camera: " in each)
        settings = Settings(state=tmp_path / "state", port=port)
        camera = next(
            each for each in ask(settings, "GET", "/api/v1/health")["health"] if each["part"] == "camera"
        )
        assert (camera["state"], words in camera["sentence"]) == ("bad", True), camera
        with pytest.raises(DaemonError):
            ask(settings, "POST", "/api/v1/press")
        assert process.poll() is None


def test_a_camera_that_hangs_again_after_a_new_start_leaves_the_page(tmp_path):
    (tmp_path / "exit-reason").write_text(say(CAMERA_HANGS))
    with service(tmp_path, faults="0 1000 freeze") as (process, heard):
        while say(CAMERA_HANGS) not in heard():
            pass
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3)
