"""What two successive lists of a room show: who entered, who left, and who gave how much."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rankcrawler.store.rows import EntryRow

MOST = 2**62 - 1
"""Coins; whatever a gateway claims beyond is not added up. Two such sums still fit into 64 bits."""

Scores = dict[int, int | None]
"""Scores by contributor."""


class Change(NamedTuple):
    """What happened from one list to the next."""

    entered: Scores
    """Contributors who were not in the list before, with their scores."""
    left: Scores
    """Contributors who are not in the list any more, with their last scores."""
    given: dict[int, int]
    """Coins of contributors who are in both lists and gave."""
    floor: int | None
    """The most that anyone outside the list before may have given; None without such a list."""


def first(rows: Sequence[EntryRow]) -> Change:
    """The change that a room's first list is: what was given before is unknown."""
    return Change(_scores(rows), {}, {}, None)


def between(before: Sequence[EntryRow], rows: Sequence[EntryRow], differing: Sequence[int], capacity: int) -> Change:
    """The change from a list to the next, given the indexes that differ and the rows of a full list."""
    old = _scores([before[index] for index in differing if index < len(before)] + list(before[len(rows) :]))
    new = _scores([rows[index] for index in differing])
    given = {user: coins for user, score in new.items() if (coins := increment(old.get(user), score))}
    floor = unseen([row.score for row in before], capacity)
    return Change(_not_in(before, new, old), _not_in(rows, old, new), given, floor)


def increment(was: int | None, score: int | None) -> int:
    """Coins given between two scores of a contributor; a score that fell counts from 0 again."""
    if was is None or score is None:
        return 0
    return score - was if score >= was else score


def since_unseen(was: int | None, score: int | None, floor: int) -> int:
    """Coins that someone who enters a list gave, at least; `was` is their last known score."""
    if score is None:
        return 0
    known = floor if was is None or score < was else max(was, floor)
    return max(score - known, 0)


def unseen(before: Sequence[int | None], capacity: int) -> int:
    """The most that anyone outside a list may have given, by the list's scores: its last, if the list is full."""
    last = before[-1] if len(before) >= capacity else None
    return last or 0


def _not_in(rows: Sequence[EntryRow], scores: Scores, known: Scores) -> Scores:
    """The contributors of `scores` who have no row; those of `known` are known to have one."""
    candidates = {user: score for user, score in scores.items() if user not in known}
    if not candidates:
        return candidates
    present = {row.user_key for row in rows}
    return {user: score for user, score in candidates.items() if user not in present}


def _scores(rows: Iterable[EntryRow]) -> Scores:
    return {row.user_key: row.score for row in rows if row.user_key is not None}
