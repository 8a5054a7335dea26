"""Counts coins from list to list. Writers and readers of a store both count here, so that their sums are the same.

A contributor's *mark* is the highest score that they were listed with since the room's scores began. A mark never
falls: a score below it changes nothing, and coins count from the mark on. What a list does not show is bounded by what
it does: who is outside a full list has at most its last score.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

MOST = 2**57 - 1
"""Coins; whatever a gateway claims beyond is not added up. The sums of a day still fit into 64 bits."""

FEW = 10
"""A list that shares less than one in so many contributors with the last one is another room's, or a new count."""

Scores = dict[int, int | None]
"""Scores by contributor."""
FLOOR = 0
"""Stands for the floor among carried marks; no contributor has this key."""


class Row(Protocol):
    """What counting needs of a row."""

    @property
    def user_key(self) -> int | None:
        """The contributor; None in an anonymised row."""

    @property
    def score(self) -> int | None:
        """Coins."""


_user_of, _score_of = attrgetter("user_key"), attrgetter("score")

_ABSENT = -(2**64)
"""Stands for the mark of someone who has none; no store holds such a score."""


class Place(NamedTuple):
    """A row, reduced to what counting needs."""

    user_key: int | None
    score: int | None


class Shown:
    """What a list shows, given its rows, and the positions in the answer of rows that could not be read."""

    def __init__(self, rows: Sequence[Row], capacity: int, unread: Sequence[int] = ()) -> None:
        self.rows = rows
        self.unread = unread
        self.scores = _scores(rows)
        """The higher one, if a contributor has two rows."""
        is_full = len(rows) + len(unread) >= capacity
        self.floor = (_nearest(reversed(rows)) or 0) if is_full else 0
        """The most that anyone outside the list may have, unless an anonymised or unreadable row is theirs."""

    def hidden(self) -> list[tuple[int, int | None]]:
        """The least and the most that each anonymised or unreadable row may have; None without a limit."""
        if len(self.scores) == len(self.rows) and not self.unread:
            return []
        anonymous = [index for index, row in enumerate(self.rows) if row.user_key is None]
        found = [
            self._between(index) if score is None else (score, score)
            for index, score in ((index, self.rows[index].score) for index in anonymous)
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


class Given(NamedTuple):
    """What a contributor gave between two lists."""

    coins: int
    """At least."""
    most: int | None
    """At most; None without a limit."""


_given = tuple.__new__  # half the time of Given(…)


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
    marks: Scores
    floor: int

    @classmethod
    def at(cls, shown: Shown, carried: Mapping[int, int]) -> "Count":
        """The count at a list, given what was carried past it."""
        above: Scores = {user: mark for user, mark in carried.items() if user in shown.scores}
        marks = shown.scores | above if above else shown.scores
        return cls(shown, marks, max(shown.floor, carried.get(FLOOR, 0)))

    def carried(self) -> dict[int, int]:
        """The marks that the list itself does not show."""
        own = {} if self.floor == self.shown.floor else {FLOOR: self.floor}
        if self.marks is self.shown.scores:
            return own
        return own | {user: mark for user, mark in self.marks.items() - self.shown.scores.items() if mark is not None}


def change(marks: Scores, scores: Scores, touched: Iterable[int] | None = None) -> Change:
    """How scores differ from marks; no others than the `touched` ones do, if these are known."""
    if touched is None:
        touched = [user for user, score in scores.items() if marks.get(user, _ABSENT) != score]
    rose: dict[int, int] = {}
    held: dict[int, int] = {}
    unknown: list[int] = []
    entered: Scores = {}
    for user in touched:
        score, mark = scores[user], marks.get(user, _ABSENT)
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
    fell = {user: mark for user, mark in held.items() if scores[user] is not None}
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


def follow(count: Count, shown: Shown, found: Change, former: Mapping[int, int]) -> tuple[Count, dict[int, Given]]:
    """The count at the next list, and what was given in between."""
    given = {user: _given(Given, (coins, coins)) for user, coins in found.rose.items()}
    given |= dict.fromkeys(found.unknown, Given(0, None))
    if found.entered:
        given |= _given_unseen(count, found.entered, former)
    above = {user: former[user] for user, score in found.entered.items() if _is_above(former.get(user), score)}
    above |= found.held
    marks = {**shown.scores, **above} if above else shown.scores
    return Count(shown, marks, max(count.floor, shown.floor)), given


def begin_again(shown: Shown, *, from_zero: bool) -> tuple[Count, dict[int, Given]]:
    """The count at the first list after the scores began again, and what was given since they did.

    Unless they began `from_zero`, that is unknown; and so is what was given before they did, after the last list.
    """
    scores = shown.scores.items()
    return Count.at(shown, {}), {user: Given(score if from_zero else 0, None) for user, score in scores if score}


def _given_unseen(count: Count, entered: Scores, former: Mapping[int, int]) -> dict[int, Given]:
    hidden = count.shown.hidden()
    given = {}
    for user, score in entered.items():
        if score is None:
            continue
        mark = former.get(user, 0)
        known = max([mark, count.floor, *(min(score, _or(most, score)) for least, most in hidden if least <= score)])
        if score > mark:
            given[user] = Given(max(score - known, 0), score - mark)
    return given


def _is_above(one: int | None, other: int | None) -> bool:
    return one is not None and one > _or(other, -1)


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def _scores(rows: Sequence[Any]) -> Scores:
    if rows and type(rows[0]) is Place:  # pairs already
        found: Scores = dict(reversed(rows))
    else:
        found = dict(zip(map(_user_of, reversed(rows)), map(_score_of, reversed(rows)), strict=True))
    found.pop(None, None)  # type: ignore[call-overload]
    return found


def _nearest(rows: Iterable[Row]) -> int | None:
    return next((row.score for row in rows if row.score is not None), None)
