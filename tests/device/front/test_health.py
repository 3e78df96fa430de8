"""What the device says of the server in front of it."""

import os
import shutil
import subprocess
import time

from device.front.health import STARTS_WITHIN, front
from device.front.nginx import CONFIGURATION, PID
from device.health import State


def test_an_nginx_that_ended_is_told(tmp_path):
    shutil.copy(shutil.which("sleep"), tmp_path / "nginx")
    (tmp_path / CONFIGURATION).write_text("")
    assert front(tmp_path).state is State.UNKNOWN
    with subprocess.Popen([tmp_path / "nginx", "60"]) as process:
        (tmp_path / PID).write_text(f"{process.pid}\n")
        # The kernel names a process a moment after its program has begun.
        deadline = time.monotonic() + 10
        while front(tmp_path).state is not State.GOOD:
            assert time.monotonic() < deadline
        process.kill()
    long_ago = (tmp_path / CONFIGURATION).stat().st_mtime - STARTS_WITHIN
    os.utime(tmp_path / CONFIGURATION, (long_ago, long_ago))
    down = front(tmp_path)
    assert down.state is State.BAD
    assert "nobody else reaches the page" in down.sentence
    assert "systemctl restart dermapoint-front" in down.advice


def test_an_nginx_that_was_never_configured_is_down(tmp_path):
    assert front(tmp_path).state is State.BAD
