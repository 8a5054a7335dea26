"""The files of a store: private to their owner when they are new, and still in their place when a poll is on disk."""

import os
from pathlib import Path

from rankcrawler.errors import NoStore, StoreError
from rankcrawler.language import tr

_INDEX_HEADER = 96
"""Bytes: two copies, so that a header that is being written equals none that was."""


class StoreFile:
    """A file that is there. If `create`, it is made where it is missing, and its folder: both for their owner alone.

    Raises NoStore if it is missing or empty and not to be made, OSError if it cannot be opened, and ValueError if the
    path can be no file.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        if create:
            path.parent.mkdir(0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        elif not path.exists() or not path.stat().st_size:
            raise NoStore(path.absolute())
        self._status = path.stat()

    def check(self) -> None:
        """Raise StoreError unless the file is in its place: what is written to a deleted file is lost with it."""
        self._status_in_place()

    def state(self) -> str:
        """What differs after each transaction of SQLite's; raises StoreError unless the file is in its place.

        Beside the file, that is the header of its index of the write-ahead log, in which transactions are counted.
        """
        status = self._status_in_place()
        try:
            with Path(f"{self.path}-shm").open("rb") as index:
                header = index.read(_INDEX_HEADER)
        except OSError:  # there is none while no process has the file open
            header = b""
        return f"{status.st_ino}.{status.st_size}.{status.st_mtime_ns}.{header.hex()}"

    def _status_in_place(self) -> os.stat_result:
        try:
            status = self.path.stat()
            if os.path.samestat(status, self._status):
                return status
        except OSError:
            pass
        raise StoreError(tr("{path} was deleted, moved or replaced while it was in use", path=self.path))


def write_all(file: int, data: bytes) -> None:
    """Write bytes to a file that is open, however many calls that takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
