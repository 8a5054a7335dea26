"""Lays the lists of a chain over each other, and knows which positions are in doubt because rows are missing.

Each list of a chain has the number of rows that were written for it and for those before it. If fewer are there, any
row that the list may have lost is in doubt, until a later list of the chain has a row at its position.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

R = TypeVar("R")


class Listed(NamedTuple):
    """A list's place in a chain, as records of its rows begin."""

    step: int
    entry_count: int
    chain_rows: int | None
    """Rows written for the list and those before it in the chain; None in chains from before version 5."""


class Laid(Generic[R]):
    """The rows of a chain up to the list that was laid last, by position."""

    def __init__(self) -> None:
        self.rows: dict[int, R] = {}
        """In order of position."""
        self._doubtful: set[int] = set()
        self._counted = 0
        self._is_first = True

    @property
    def counted(self) -> int:
        """How many rows the chain should have had up to the list that was laid last."""
        return self._counted

    @property
    def is_sound(self) -> bool:
        """Whether the list that was laid last has all its rows."""
        return not self._doubtful

    def going(self, entry_count: int, rows: Mapping[int, R]) -> list[R]:
        """The rows that the next list of the chain does not have any more, if such rows are written for it."""
        if entry_count == len(self.rows):  # as nearly always
            return [row for row in map(self.rows.get, rows) if row is not None]
        return [row for position, row in self.rows.items() if position > entry_count or position in rows]

    def lay(self, listed: Listed, rows: Mapping[int, R]) -> None:
        """Lay a list over those before it. A list of the chain that has no rows may be left out."""
        step, entry_count, chain_rows = listed
        if self._lost(step, entry_count, chain_rows, len(rows)):
            self._doubtful = set(range(1, entry_count + 1))
        self._is_first = False
        known = len(self.rows)
        self.rows.update(rows)
        if len(self.rows) > known:
            self.rows = dict(sorted(self.rows.items()))
        if len(self.rows) > entry_count:
            self.rows = {position: row for position, row in self.rows.items() if position <= entry_count}
        if self._doubtful or len(self.rows) < entry_count:
            self._doubtful.difference_update(rows)
            self._doubtful |= set(range(1, entry_count + 1)) - self.rows.keys()
            self._doubtful = {position for position in self._doubtful if position <= entry_count}

    def in_order(self) -> list[R] | None:
        """The rows of the list that was laid last; None if one may be missing."""
        return [*self.rows.values()] if self.is_sound else None

    def _lost(self, step: int, entry_count: int, chain_rows: int | None, rows: int) -> bool:
        """Whether rows are missing of this list, or of lists before it that were left out."""
        if chain_rows is None:
            return self._is_first and (step > 0 or rows != entry_count)
        before, self._counted = self._counted, chain_rows
        return chain_rows - before != rows


def laid(records: Iterable[tuple[Any, ...]], last: Listed, row_of: Callable[[tuple[Any, ...]], R]) -> Laid[R]:
    """The last list of a chain. Records begin as Listed and a position, oldest list first; `row_of` reads the rest."""
    found = Laid[R]()
    for listed, rows in groupby(records, key=itemgetter(0, 1, 2)):
        found.lay(Listed(*listed), {row[3]: row_of(row) for row in rows})
    found.lay(last, {})
    return found
