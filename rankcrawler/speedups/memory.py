"""How a worker's process handles memory: as one that makes half a megabyte of objects with every poll, and drops it."""

import ctypes
import gc
import platform

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt, as malloc.h of glibc has them
_KEPT = 64 << 20
_LARGEST = 32 << 20


def settle() -> None:
    """Look for cyclic garbage less often, and keep freed memory, up to 64 MB of it, for the next answer.

    Without, a poll of a hundred rows takes a third longer: Python looks through the rows of every batch, none of which
    is garbage, and what the store remembers, and glibc gives an answer's memory back to the system to ask for it anew.
    """
    gc.set_threshold(50_000, 10, 20)
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT)
        libc.mallopt(_MMAP_THRESHOLD, _LARGEST)
