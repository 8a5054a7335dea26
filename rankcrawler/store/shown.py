"""What a list shows of its contributors: their scores, and what may be hidden in it."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import cast

from rankcrawler.store.rows import EntryRow

Scores = dict[int, int | None]
"""Scores by contributor."""

Scored = tuple[int | None, int | None]
"""A row, reduced to what counting needs: the contributor, None if anonymised, and the score.

A plain tuple: a dictionary of pairs takes five times as long to make of named ones.
"""

_user_of, _score_of = attrgetter("user_key"), attrgetter("score")


class Shown:
    """What a list shows, given its rows, and the positions in the answer of rows that could not be read.

    `is_plain` says, if that is known, whether each row is that of another contributor.
    """

    def __init__(
        self, rows: Sequence[Scored], capacity: int, unread: Sequence[int] = (), *, is_plain: bool = False
    ) -> None:
        self.rows = rows
        self.unread = unread
        self._is_plain = is_plain
        is_full = len(rows) + len(unread) >= capacity
        self.floor = (_nearest(reversed(rows)) or 0) if is_full else 0
        """The most that anyone outside the list may have, unless an anonymised or unreadable row is theirs."""

    @cached_property
    def scores(self) -> Scores:
        """The scores; the higher one, if a contributor has two rows."""
        return scores_of(self.rows)

    def hidden(self) -> list[tuple[int, int | None]]:
        """The least and the most that each anonymised or unreadable row may have; None without a limit."""
        if not self.unread and (self._is_plain or len(self.scores) == len(self.rows)):
            return []
        found = [
            self._between(index) if score is None else (score, score)
            for index, (user, score) in enumerate(self.rows)
            if user is None
        ]
        unread = sorted(self.unread)
        return found + [self._between(position - 1 - above) for above, position in enumerate(unread)]

    def most_outside(self) -> int | None:
        """The most that someone who is not named in the list may have; None without a limit."""
        tops = [most for _, most in self.hidden()]
        return None if None in tops else max([self.floor, *(top for top in tops if top is not None)])

    def _between(self, index: int) -> tuple[int, int | None]:
        """What a row just before an index may have, by its neighbours."""
        return _nearest(self.rows[index:]) or 0, _nearest(reversed(self.rows[:index]))


def scored(rows: Sequence[EntryRow]) -> list[Scored]:
    """Rows, as counting needs them."""
    return [*zip(map(_user_of, rows), map(_score_of, rows), strict=True)]


def scores_of(rows: Sequence[Scored]) -> Scores:
    """The score of each contributor; the higher one, if a contributor has two rows."""
    found = dict(reversed(rows))
    found.pop(None, None)
    return cast("Scores", found)


def _nearest(rows: Iterable[Scored]) -> int | None:
    for _, score in rows:
        if score is not None:
            return score
    return None
