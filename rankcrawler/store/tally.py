"""Counts coins from list to list. Writers and readers of a store both count here, so that their sums are the same.

A contributor's *mark* is the highest score that they were listed with since the room's scores began. A mark never
falls: a score below it changes nothing, and coins count from the mark on. What a list does not show is bounded by what
it does: who is outside a full list has at most its last score.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from rankcrawler.store.shown import Scores, Shown

MOST = 2**57 - 1
"""Coins; whatever a gateway claims beyond is not added up. The sums of a day still fit into 64 bits."""

FEW = 10
"""A list that shares less than one in so many contributors with the last one is another room's, or a new count."""

FLOOR = 0
"""Stands for the floor among carried marks; no contributor has this key."""

_ABSENT = -(2**64)
"""Stands for the mark of someone who has none; no store holds such a score."""


Given = tuple[int, int | None]
"""What a contributor gave between two lists: coins at least, and at most; None without a limit."""


class Change(NamedTuple):
    """What a list shows beside the marks before it."""

    rose: dict[int, int]
    """The coins between mark and score of contributors above their mark."""
    held: dict[int, int]
    """The marks of contributors whose score is lower or unknown."""
    fell: dict[int, int]
    """Those whose score is lower."""
    unknown: list[int]
    """Contributors who had no mark although they were in the last list, and have a score now."""
    entered: Scores
    """The scores of contributors who were not in the last list."""
    left: Scores
    """The marks of contributors who are not in the list any more."""


class Fit(Enum):
    """How a list fits the marks before it."""

    FOLLOWS = "follows"
    """It can be what the room has now."""
    OLDER = "older"
    """All of it lies at or below the marks, and something below: an older list."""
    BREAKS = "breaks"
    """It contradicts most of the marks: an older list, another room's, or scores that began again."""


class Count(NamedTuple):
    """A room's marks at the last list that counts."""

    shown: Shown
    above: dict[int, int]
    """The marks of contributors in the list whose score is lower or unknown; others' are their scores."""
    floor: int

    @property
    def marks(self) -> Scores:
        """The marks of all contributors in the list."""
        return {**self.shown.scores, **self.above} if self.above else self.shown.scores

    @classmethod
    def at(cls, shown: Shown, carried: Mapping[int, int]) -> "Count":
        """The count at a list, given what was carried past it."""
        above = {user: mark for user, mark in carried.items() if user in shown.scores}
        return cls(shown, above, max(shown.floor, carried.get(FLOOR, 0)))

    def carried(self) -> dict[int, int]:
        """The marks that the list itself does not show."""
        own = {} if self.floor == self.shown.floor else {FLOOR: self.floor}
        scores = self.shown.scores if self.above else {}
        return own | {user: mark for user, mark in self.above.items() if mark != scores[user]}


def change(marks: Scores, scores: Scores, touched: Iterable[int] | None = None) -> Change:
    """How scores differ from marks; no others than the `touched` ones do, if these are known."""
    compared = scores.items() if touched is None else [(user, scores[user]) for user in touched]
    rose: dict[int, int] = {}
    held: dict[int, int] = {}
    unknown: list[int] = []
    entered: Scores = {}
    mark_of = marks.get
    for user, score in compared:
        mark = mark_of(user, _ABSENT)
        if score == mark:
            continue
        if mark is _ABSENT:
            entered[user] = score
        elif mark is None:
            unknown.append(user)
        elif score is not None and score > mark:
            rose[user] = score - mark
        else:
            held[user] = mark
    fell = {user: mark for user, mark in held.items() if scores[user] is not None} if held else held
    has_all = not entered and len(scores) == len(marks)
    left = {} if has_all else {user: marks[user] for user in marks.keys() - scores.keys()}
    return Change(rose, held, fell, unknown, entered, left)


def fit(found: Change, shown: Shown, former: Mapping[int, int]) -> Fit:
    """How a list fits, given the `former` marks of those who entered and were listed before."""
    shared = len(shown.scores) - len(found.entered)
    if FEW * shared < min(len(shown.scores), shared + len(found.left)):
        return Fit.BREAKS
    missing = 0
    if found.left and (limit := shown.most_outside()) is not None:
        missing = sum(mark is not None and mark > limit for mark in found.left.values())
    against = len(found.fell) + missing
    if not against:
        return Fit.FOLLOWS
    if 2 * against > shared + missing:
        return Fit.BREAKS
    if found.rose or any(_is_above(score, former.get(user)) for user, score in found.entered.items()):
        return Fit.FOLLOWS
    return Fit.OLDER


def follow(
    count: Count, shown: Shown, found: Change, former: Mapping[int, int], same: Mapping[int, int] = MappingProxyType({})
) -> tuple[Count, dict[int, Given]]:
    """The count at the next list, and what was given in between.

    `same` are the marks above their scores of contributors who were not compared, since their rows are the same.
    """
    given: dict[int, Given] = {user: (coins, coins) for user, coins in found.rose.items()}
    above = {**same, **found.held} if same or found.held else found.held
    if found.unknown:
        given |= dict.fromkeys(found.unknown, (0, None))
    if found.entered:
        given |= _given_unseen(count, found.entered, former)
        entered = found.entered.items()
        above = {**{user: former[user] for user, score in entered if _is_above(former.get(user), score)}, **above}
    return Count(shown, above, max(count.floor, shown.floor)), given


def begin_again(shown: Shown, *, from_zero: bool) -> tuple[Count, dict[int, Given]]:
    """The count at the first list after the scores began again, and what was given since they did.

    Unless they began `from_zero`, that is unknown; and so is what was given before they did, after the last list.
    """
    scores = shown.scores.items()
    return Count.at(shown, {}), {user: (score if from_zero else 0, None) for user, score in scores if score}


def _given_unseen(count: Count, entered: Scores, former: Mapping[int, int]) -> dict[int, Given]:
    hidden = count.shown.hidden()
    given: dict[int, Given] = {}
    for user, score in entered.items():
        if score is None:
            continue
        mark = former.get(user, 0)
        known = max([mark, count.floor, *(min(score, _or(most, score)) for least, most in hidden if least <= score)])
        if score > mark:
            given[user] = max(score - known, 0), score - mark
    return given


def _is_above(one: int | None, other: int | None) -> bool:
    return one is not None and one > _or(other, -1)


def _or(value: int | None, other: int) -> int:
    return other if value is None else value
