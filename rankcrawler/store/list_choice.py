"""Which lists of a room to read: those that changed, those of every poll, or one for each so many minutes."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple


class Lists(NamedTuple):
    """A choice among a room's lists."""

    step_ms: int = 0
    """Of each so many milliseconds the last list; 0: all."""
    phase_ms: int = 0
    """When such a time begins, as a distance from 1970."""

    def of(self, records: Iterable[tuple[Any, ...]], at: int) -> Iterator[tuple[Any, ...]]:
        """The records that are chosen, of records in order of time; `at` is the place of their moments."""
        if not self.step_ms:
            yield from records
            return
        for _, together in groupby(records, lambda record: (record[at] - self.phase_ms) // self.step_ms):
            *_, last = together
            yield last


CHANGED = Lists()
"""The lists that differ from the one before, and the first of each day (UTC)."""
EVERY_POLL = Lists(step_ms=1)
"""The list of each poll that brought one, changed or not."""
