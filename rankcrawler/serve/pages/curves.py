"""How a room went, as charts draw it: coins a minute by contributor, places, audience, and times without knowledge."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Literal, NamedTuple

import msgspec

from rankcrawler.clock import ms
from rankcrawler.insight.answers import Contributor
from rankcrawler.insight.course import Course, CoursePoint

POINTS = 160
"""Points of a curve, at most."""
_LONG = 2.5
"""Times the usual distance between two lists: more is a gap."""
_MINUTE = 60_000


class Blank(msgspec.Struct, frozen=True):
    """A time of which nothing is known."""

    since: int
    until: int
    why: Literal["gap", "withheld"]


class Curves(msgspec.Struct, frozen=True):
    """Curves over the same moments. Moments are ms since 1970; what is not known is None."""

    times: tuple[int, ...]
    names: tuple[str, ...]
    """Of the contributors."""
    paces: tuple[tuple[float | None, ...], ...]
    """Coins a minute since the moment before: of each contributor, at each moment."""
    rest: tuple[float | None, ...]
    """Coins a minute of all others."""
    total: tuple[float | None, ...]
    """Coins a minute of everyone."""
    places: tuple[tuple[int | None, ...], ...]
    """Of each contributor, at each moment."""
    audience: tuple[int | None, ...]
    blanks: tuple[Blank, ...]


class _Point(NamedTuple):
    """One or more points of a course, as one."""

    at_ms: int
    coins: int
    minutes: float | None
    """Since the moment before; None at the first."""
    last: CoursePoint


def curves(course: Course, most: int = POINTS) -> Curves:
    """The curves of a course, with at most so many points."""
    withheld = [*_withheld(course)]
    gaps = [each for each in _gaps(course.rows) if not any(_overlap(each, other) for other in withheld)]
    points = [*_thinned(course.rows, most)]
    users = range(len(course.contributors))
    before: Sequence[_Point | None] = [None, *points[:-1]]
    paces = tuple(tuple(_pace(then, now, user) for then, now in zip(before, points, strict=True)) for user in users)
    total = tuple(_rate(each.coins, each.minutes) for each in points)
    return Curves(
        times=tuple(each.at_ms for each in points),
        names=tuple(_names(course.contributors)),
        paces=paces,
        rest=tuple(_rest(whole, [own[at] for own in paces]) for at, whole in enumerate(total)),
        total=total,
        places=tuple(tuple(_place(each.last, user) for each in points) for user in users),
        audience=tuple(each.last.audience for each in points),
        blanks=(*gaps, *withheld),
    )


def _names(contributors: Sequence[Contributor]) -> Iterator[str]:
    """What contributors are called; the ends of their ids stand beside names that several have."""
    names = Counter(each.nickname for each in contributors)
    for each in contributors:
        if each.nickname and names[each.nickname] == 1:
            yield each.nickname
        else:
            yield f"{each.nickname} …{each.user_id[-4:]}" if each.nickname else each.user_id


def _thinned(rows: Sequence[CoursePoint], most: int) -> Iterator[_Point]:
    """The points, several taken together where there are too many."""
    size = -(-len(rows) // most) or 1
    before_ms: int | None = None
    for start in range(0, len(rows), size):
        together = rows[start : start + size]
        last = together[-1]
        at_ms = ms(last.seen_at)
        minutes = None if before_ms is None else (at_ms - before_ms) / _MINUTE
        yield _Point(at_ms, sum(each.coins for each in together), minutes, last)
        before_ms = at_ms


def _gaps(rows: Sequence[CoursePoint]) -> Iterator[Blank]:
    """Times between lists that are much longer than usual."""
    times = [ms(each.seen_at) for each in rows]
    distances = [after - before for before, after in pairwise(times)]
    if len(distances) < 3:
        return
    usual = median(distances)
    for before, distance in zip(times, distances, strict=False):
        if distance > usual * _LONG:
            yield Blank(before, before + distance, "gap")


def _withheld(course: Course) -> Iterator[Blank]:
    for each in course.sure.withheld:
        yield Blank(ms(each.since_at), ms(each.until_at), "withheld")


def _overlap(one: Blank, other: Blank) -> bool:
    return one.since < other.until and other.since < one.until


def _pace(before: _Point | None, now: _Point, user: int) -> float | None:
    if before is None or now.minutes is None:
        return None
    then, since = before.last.scores[user], now.last.scores[user]
    return None if then is None or since is None or since < then else _rate(since - then, now.minutes)


def _rest(total: float | None, parts: Sequence[float | None]) -> float | None:
    return None if total is None else max(round(total - sum(each or 0 for each in parts), 1), 0.0)


def _rate(coins: int, minutes: float | None) -> float | None:
    return None if not minutes else round(coins / minutes, 1)


def _place(point: CoursePoint, user: int) -> int | None:
    return point.places[user] if point.places else None
