"""A file that is written in place: what a feed appends to, or a device."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from rankcrawler.errors import FeedError
from rankcrawler.feeds.draft import beside, lock
from rankcrawler.language import tr


class Appended:
    """A file that grows, locked while it does.

    Raises FeedError if another process is writing it, and OSError if it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))
        self._is_new = not self.path.exists()
        self.file: BinaryIO = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+b")
        lock(self.file, self.path)
        if _is_locked(beside(self.path)):
            self.file.close()
            raise FeedError(tr("{path} is about to be replaced by another crawl: wait until it ends", path=path))
        self.size = self.file.seek(0, os.SEEK_END)
        """Bytes that the file had before."""

    def end_line(self) -> None:
        """End the last line, where a run was cut off in the middle of one."""
        self.file.seek(-1, os.SEEK_END)
        if self.file.read(1) != b"\n":
            self.file.write(b"\n")

    def publish(self) -> None:
        """Close the file."""
        self.file.close()

    keep = publish

    def discard(self) -> None:
        """Close the file, and remove it if it was made for nothing."""
        if self._is_new and self.path.stat().st_size == 0:
            self.path.unlink()
        self.file.close()


class Device:
    """What is neither a file nor a folder, such as /dev/stdout or a pipe. It keeps what it is given."""

    size = 0

    def __init__(self, path: Path) -> None:
        self.file: BinaryIO = path.open("wb")

    def publish(self) -> None:
        """Close it."""
        self.file.close()

    keep = discard = publish


def _is_locked(path: Path) -> bool:
    try:
        file = path.open("rb")
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
