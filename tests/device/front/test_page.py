"""Who serves the page, by the settings."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from device.errors import DaemonError, SettingsError
from device.front.nginx import CONFIGURATION, PID, program, running
from device.settings import Settings
from tests.support import free_port

RUN = [sys.executable, "-m", "device.cli", "run", "--demo"]


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.2:{port}/api/v1/status", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


class Device:
    """The daemon as its unit runs it, and in the place of systemd the test starts nginx."""

    def __init__(self, folder):
        self.folder = folder
        self.front = folder / "front"
        self.nginx = None

    def start(self, port, host="127.0.0.2"):
        where = ["--host", host, "--port", str(port), "--state", str(self.folder / "state")]
        environment = {"RUNTIME_DIRECTORY": str(self.folder), "DERMAPOINT_FRONT": "unit"}
        self.daemon = subprocess.Popen(
            [*RUN, *where],
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.daemon

    def start_nginx(self):
        wait_for((self.front / CONFIGURATION).exists)
        self.nginx = subprocess.Popen([program(), "-e", "stderr", "-c", self.front / CONFIGURATION])
        wait_for((self.front / PID).exists)

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.communicate(timeout=20)


@pytest.fixture
def device(tmp_path):
    device = Device(tmp_path)
    yield device
    for process in (device.daemon, device.nginx):
        if process and process.poll() is None:
            process.terminate()
            process.communicate(timeout=20)


def test_an_nginx_of_systemd_takes_in_what_the_daemon_writes(device):
    first, second = free_port(), free_port()
    device.start(first)
    device.start_nginx()
    wait_for(lambda: ready(first))
    master = running(device.front)
    device.stop()
    # The settings name another port: the same nginx goes there.
    device.start(second)
    wait_for(lambda: ready(second))
    assert running(device.front) == master
    wait_for(lambda: not ready(first))
    device.stop()
    # For this machine alone: the daemon takes the port itself, and nginx goes.
    device.start(second, host="127.0.0.1")
    wait_for(lambda: running(device.front) is None)
    assert not (device.front / CONFIGURATION).exists()
    wait_for(lambda: b"200" in ask_plain(second))


def ask_plain(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /login HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(100)
    except OSError:
        return b""


def test_a_port_that_another_program_has_stops_the_daemon_with_a_sentence(device):
    with socket.create_server(("127.0.0.2", 0)) as taken:
        port = taken.getsockname()[1]
        _, errors = device.start(port).communicate(timeout=60)
    assert device.daemon.returncode == 2
    assert f"port {port} is taken" in errors


def test_a_port_that_nginx_gives_up_while_it_is_started_anew_is_waited_for(device):
    with socket.create_server(("127.0.0.2", 0)) as taken:
        device.start(taken.getsockname()[1])
        wait_for(device.front.exists)
        time.sleep(1)
    wait_for((device.front / CONFIGURATION).exists)
    device.stop()
    assert device.daemon.returncode == 0


def test_nothing_is_served_in_plain_to_others_unless_told_so():
    with pytest.raises(SettingsError, match="front"):
        Settings(host="0.0.0.0", front="none")
    Settings(host="0.0.0.0", front="none", http="everywhere")
    Settings(front="none")


def test_without_nginx_the_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("device.front.nginx._PATH", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DaemonError, match="sudo apt install nginx"):
        program()
