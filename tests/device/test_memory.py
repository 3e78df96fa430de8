"""The memory of large frames goes back when they are let go."""

import subprocess
import sys

_HOARD = '''
import os
import numpy as np
from device.service.memory import give_back_large_frames

def held():
    """All that was taken of the system: what is resident depends on what other programs need."""
    return int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE") >> 20

assert give_back_large_frames()
np.ones(9_000_000, np.uint8)  # freeing it raises glibc's bound
before, pins = held(), []
frames = []
for _ in range(20):
    frames.append(np.ones(9_000_000, np.uint8))
    pins.append(bytearray(200_000))  # what stays between frames keeps the heap from shrinking
frames.clear()
print(held() - before)
'''


def _kept_mib(script: str) -> int:
    return int(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    )


def test_large_frames_leave_nothing_behind() -> None:
    given_back = _kept_mib(_HOARD)
    hoarded = _kept_mib(_HOARD.replace("assert give_back_large_frames()", ""))

    assert given_back < 20 < 100 < hoarded
