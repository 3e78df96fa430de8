import subprocess
import sys

import pytest

SAY = """
import os, threading
from device.service.priority import give_way
give_way()
print(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
"""


@pytest.mark.parametrize(("started", "expected"), [(0, 10), (15, 15)])
def test_a_daemon_that_was_started_nicer_than_its_writers_doesnt_fail_at_a_press(started, expected):
    # Without rights, to go back is refused, and a press would end with the writers.
    inherited = int(subprocess.check_output(["nice"], text=True))
    command = ["nice", "-n", str(max(started - inherited, 0)), sys.executable, "-c", SAY]
    assert int(subprocess.check_output(command, text=True)) == max(expected, inherited)
