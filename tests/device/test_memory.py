"""The memory of large frames goes back when they are let go."""

import subprocess
import sys

_HOARD = '''
import ctypes
import os
import numpy as np
from device.service.memory import give_back_large_frames

def held():
    """All that was taken of the system: what is resident depends on what other programs need."""
    return int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE") >> 20

# Where glibc's bounds come to by themselves once large blocks were freed (mallopt(3)), whatever the
# environment says of them: M_MMAP_THRESHOLD at its maximum, M_TRIM_THRESHOLD at twice that.
mallopt = ctypes.CDLL(None).mallopt
assert mallopt(-3, 32 << 20) and mallopt(-1, 64 << 20)
assert give_back_large_frames()
before = held()
frames = [np.ones(9_000_000, np.uint8) for _ in range(6)]  # less than would be trimmed
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

    assert given_back < 10 < 40 < hoarded
