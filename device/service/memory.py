"""Gives the memory of large frames back as soon as they are let go."""

import ctypes

LARGE_BYTES = 1 << 20
_ARENAS = 2

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8


def give_back_large_frames() -> bool:
    """Have everything above `LARGE_BYTES` returned to the system when it is freed; False without glibc.

    By itself glibc raises that bound to the largest block ever freed (mallopt(3)), so frames
    of 9 MB would stay, for each thread that touched one: 100 MiB of a 512 MB board.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    options = {_M_MMAP_THRESHOLD: LARGE_BYTES, _M_TRIM_THRESHOLD: LARGE_BYTES, _M_ARENA_MAX: _ARENAS}
    return all(mallopt(option, value) for option, value in options.items())
