"""Memory settings for a worker process, which creates and drops half a megabyte of objects per poll.

Without it, a poll takes 10 % more CPU on lists of 100, and 20 % more on lists of 2 (`benchmarks.speedups`).
"""

import ctypes
import gc
import platform

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # parameters of mallopt, from glibc's malloc.h
_KEPT = 64 << 20
_LARGEST = 32 << 20


def settle() -> None:
    """Collect garbage less often, and keep up to 64 MB of freed memory for the next answer.

    Without this, a poll of a hundred rows takes a third longer: Python's collector traverses the rows of every batch,
    none of which is garbage, and the store's caches; and glibc returns an answer's memory to the system, only to
    request it again.
    """
    gc.set_threshold(50_000, 10, 20)
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT)
        libc.mallopt(_MMAP_THRESHOLD, _LARGEST)
