"""Gzipped answers, rendered once and kept in a file, so that several processes use the same bytes."""

import gzip
import time
import zlib
from pathlib import Path

from benchmarks.answer import lists


def packed(variants: int, entries: int, file: Path | None = None, *, strangers: bool = False) -> list[bytes]:
    """Return gzipped bodies of `entries` rows each: read from `file` if it exists, else rendered and written to it."""
    if file is not None and file.exists():
        return read(file)
    zipped = render(variants, entries, int(time.time() * 1000), strangers=strangers)
    if file is not None:
        file.write_bytes(b"".join(len(each).to_bytes(4, "big") + each for each in zipped))
    return zipped


def render(variants: int, entries: int, now: int, *, strangers: bool = False, moves: int = 0) -> list[bytes]:
    """Render gzipped bodies whose clocks start at `now` (ms); equal arguments give equal bodies."""
    bodies = lists(variants, entries, now, strangers=strangers, moves=moves)
    return [gzip.compress(body, compresslevel=6, mtime=0) for body in bodies]


def read(file: Path) -> list[bytes]:
    """Return the gzipped bodies that packed() wrote to `file`, each with its length in front."""
    content, found, start = file.read_bytes(), [], 0
    while start < len(content):
        end = start + 4 + int.from_bytes(content[start : start + 4], "big")
        found.append(content[start + 4 : end])
        start = end
    return found


def bodies(file: Path) -> list[bytes]:
    """Return the bodies that packed() wrote to `file`, decompressed."""
    return [zlib.decompress(each, wbits=31) for each in read(file)]
