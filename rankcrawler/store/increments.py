"""What two lists of a room that follow each other say of users: who came, who went, and who gave how much."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rankcrawler.store.rows import EntryRow

FULL = 100
"""Rows of a list that has no more places: who is not in it may have given less than its last."""

MOST = 2**62 - 1
"""Coins; what a gateway claims beyond is not added up: two such sums still fit into 64 bits."""

Scores = dict[int, int | None]


class Change(NamedTuple):
    """From one list to the next."""

    came: Scores
    """Users who were not in the list before, with their scores."""
    went: Scores
    """Users who are not in it any more, with their last scores."""
    given: dict[int, int]
    """Coins of users who are in both, and gave."""
    floor: int | None
    """What somebody may have given who was not in the list before; None where there was none."""


def first(rows: Sequence[EntryRow]) -> Change:
    """The first list of a room: nobody knows what was given before it, and when."""
    return Change(_scores(rows), {}, {}, None)


def between(before: Sequence[EntryRow], rows: Sequence[EntryRow], differing: Iterable[int]) -> Change:
    """From a list to the next, given the indexes where they differ."""
    at = list(differing)
    old = _scores([before[index] for index in at if index < len(before)] + list(before[len(rows) :]))
    new = _scores([rows[index] for index in at])
    came = {user: score for user, score in new.items() if user not in old}
    went = {user: score for user, score in old.items() if user not in new}
    if came:
        were = {row.user_key for row in before}
        came = {user: score for user, score in came.items() if user not in were}
    if went:
        are = {row.user_key for row in rows}
        went = {user: score for user, score in went.items() if user not in are}
    given = {user: coins for user, score in new.items() if (coins := increment(old.get(user), score))}
    return Change(came, went, given, unseen([row.score for row in before]))


def increment(was: int | None, score: int | None) -> int:
    """Coins given between two scores of a user; a score that has fallen began anew."""
    if was is None or score is None:
        return 0
    return score - was if score >= was else score


def since_unseen(was: int | None, score: int | None, floor: int) -> int:
    """Coins that somebody gave who comes into a list, at the least: `was` is the last score known, if there is one."""
    if score is None:
        return 0
    known = floor if was is None or score < was else max(was, floor)
    return max(score - known, 0)


def unseen(before: Sequence[int | None]) -> int:
    """What somebody may have given who is not in a list, given its scores."""
    last = before[-1] if len(before) >= FULL else None
    return last or 0


def _scores(rows: Iterable[EntryRow]) -> Scores:
    return {row.user_key: row.score for row in rows if row.user_key is not None}
