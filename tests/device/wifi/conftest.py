import os
import signal
import sys

import pytest

from device.cli import wifi as command
from tests.device.wifi.support import STAND_IN, World


@pytest.fixture
def world(tmp_path, monkeypatch):
    program = tmp_path / "nmcli"
    program.write_text(f"#!{sys.executable} -ISE\n{STAND_IN.read_text()}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    world = World(tmp_path)
    monkeypatch.setattr(command, "Network", lambda: world.network)
    monkeypatch.setattr(command, "KEPT", world.kept)
    yield world
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL if number == signal.SIGHUP else signal.default_int_handler)
