"""How long a question may take: one that is not answered by then is given up, so that it keeps no other waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rankcrawler.errors import TookTooLong


class Deadline:
    """When the question must be answered that is being asked; never, if `seconds` is None."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        """That each question may take."""
        self._end: float | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """The time that a question may take begins now, and is over with the block."""
        self._end = None if self.seconds is None else monotonic() + self.seconds
        try:
            yield
        finally:
            self._end = None

    def is_over(self) -> bool:
        """Whether a question is being asked, and its time is up."""
        return self._end is not None and monotonic() > self._end

    def check(self) -> None:
        """Raise TookTooLong if the time is up."""
        if self.is_over():
            raise self.missed()

    def missed(self) -> TookTooLong:
        """The error of a question that took too long."""
        return TookTooLong(self.seconds or 0)
