"""Answers as they travel, gzipped: rendered once, and kept in a file for all who need the same bytes."""

import gzip
import time
import zlib
from pathlib import Path

from benchmarks.answer import lists


def packed(variants: int, entries: int, file: Path | None = None, *, strangers: bool = False) -> list[bytes]:
    """Gzipped bodies of `entries` ranks each; those of the file, if it is there, else new ones, and kept there."""
    if file is not None and file.exists():
        return read(file)
    zipped = render(variants, entries, int(time.time() * 1000), strangers=strangers)
    if file is not None:
        file.write_bytes(b"".join(len(each).to_bytes(4, "big") + each for each in zipped))
    return zipped


def render(variants: int, entries: int, now: int, *, strangers: bool = False) -> list[bytes]:
    """New gzipped bodies, their clocks starting at `now` (ms); else the same for the same numbers."""
    bodies = lists(variants, entries, now, strangers=strangers)
    return [gzip.compress(body, compresslevel=6, mtime=0) for body in bodies]


def read(file: Path) -> list[bytes]:
    """What packed() has kept in the file: each gzipped body behind its length."""
    content, found, start = file.read_bytes(), [], 0
    while start < len(content):
        end = start + 4 + int.from_bytes(content[start : start + 4], "big")
        found.append(content[start + 4 : end])
        start = end
    return found


def bodies(file: Path) -> list[bytes]:
    """The same, unpacked."""
    return [zlib.decompress(each, wbits=31) for each in read(file)]
