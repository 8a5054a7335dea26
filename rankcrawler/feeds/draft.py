"""A file that is written beside its target, and replaces the target when it is whole."""

import errno
import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from rankcrawler.errors import FeedError
from rankcrawler.language import tr

ENDING = ".incomplete"
"""What the name of a file ends in until it is whole."""


class Draft:
    """`FILE.incomplete`, locked until it takes FILE's place, or is kept as it is.

    Raises FeedError if another process is writing either, or if the draft would be written through a link that someone
    put in its place, and OSError if it cannot be created.
    """

    def __init__(self, target: Path) -> None:
        self.target = Path(os.path.realpath(target))
        self.path = beside(self.target)
        if self.target.is_dir():
            raise FeedError(tr("{target} is a folder, and not a file", target=target))
        self._guard = _lock_of_existing(self.target)
        try:
            self.file = _open_beside(self.path)
        except (OSError, FeedError):
            self._close_guard()
            raise

    def publish(self) -> None:
        """Put the file in its target's place, with the target's permissions."""
        self.file.flush()
        os.fsync(self.file.fileno())
        with suppress(FileNotFoundError):
            os.fchmod(self.file.fileno(), stat.S_IMODE(self.target.stat().st_mode))
        self.path.replace(self.target)
        self._release()

    def keep(self) -> None:
        """Leave the file beside its target."""
        self._release()

    def discard(self) -> None:
        """Remove the file."""
        with suppress(FileNotFoundError):
            self.path.unlink()
        self._release()

    def _release(self) -> None:
        try:
            self.file.close()
        finally:
            self._close_guard()

    def _close_guard(self) -> None:
        if self._guard is not None:
            self._guard.close()


def beside(target: Path) -> Path:
    """Where a draft of the target is."""
    return target.with_name(target.name + ENDING)


def lock(file: BinaryIO, path: Path) -> None:
    """Lock an open file for as long as it is open; raises FeedError if another process writes what is at `path`."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_there = os.path.samestat(os.fstat(file.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        is_there = False
    if not is_there:
        file.close()
        raise FeedError(
            tr(
                "{path} is being written by another crawl or feed: choose another file, or wait until it ends",
                path=path,
            )
        )


def _lock_of_existing(path: Path) -> BinaryIO | None:
    """A lock on a file that is to be replaced; None if there is none, or if it cannot be read."""
    try:
        file = path.open("rb")
    except (FileNotFoundError, PermissionError):
        return None
    lock(file, path)
    return file


def _open_beside(path: Path) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FeedError(tr("{path} is a symbolic link, which is not followed: remove it", path=path)) from None
        raise
    file = os.fdopen(descriptor, "r+b")
    lock(file, path)
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1 or facts.st_uid != os.geteuid():
        file.close()
        raise FeedError(tr("{path} is not an ordinary file of yours: remove it", path=path))
    file.truncate(0)
    return file
