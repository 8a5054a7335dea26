"""How a room went: audience, coins a minute, and the scores of those who gave most."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from rankcrawler import moments
from rankcrawler.clock import iso
from rankcrawler.errors import NotInStore
from rankcrawler.insight import sureness
from rankcrawler.insight.answers import Answer, Contributor
from rankcrawler.insight.given import Walked, walked
from rankcrawler.insight.ground import Choice, Ground, Moment
from rankcrawler.insight.sureness import Looked
from rankcrawler.language import tr
from rankcrawler.store.shown import Scores, Shown

_MINUTE_MS = 60_000


class CoursePoint(msgspec.Struct, frozen=True):
    """The room at one poll that brought a list, or at the last one of a step."""

    seen_at: str
    """The list's place in time."""
    audience: int | None
    """The size of the audience."""
    contributors: int
    """How many are in the list."""
    total_score: int
    """The sum of all scores in the list, in coins."""
    coins: int
    """Given since the point before, at least; at the first, since the last list before the time that was asked for."""
    coins_a_minute: float | None
    """The same for each minute; None at the first list of a room."""
    scores: tuple[int | None, ...]
    """Coins of each contributor of `contributors`, in their order; None for one who is not in the list, or whose score
    is not published."""
    places: tuple[int | None, ...] = ()
    """The place of each by score among all in the list, 1 for the highest; None as for scores."""


class Course(Answer, frozen=True, kw_only=True):
    """How a room went, in order of time."""

    source: str
    kind: str
    room_id: str
    step_seconds: float | None
    """Of each so many seconds there is the last point; None if there is one for each poll."""
    contributors: tuple[Contributor, ...]
    """Those of the highest scores in the last list, highest first."""
    coins: int
    """Given in that time, at least."""
    rows: tuple[CoursePoint, ...]


def course(
    ground: Ground,
    room_id: str,
    choice: Choice,
    since: Moment | None,
    until: Moment | None,
    top: int,
    step_ms: int | None,
) -> Course:
    """A room's course from a moment until before another; raises NotInStore without lists that count."""
    since_ms, until_ms = ground.span(since, until)
    room = ground.room(room_id, choice)
    found = walked(ground, room, since_ms, until_ms)
    polls = sureness.polls_of(ground, room, since_ms, until_ms)
    counted = [each for each in polls if each.counts]
    if found is None or not counted:
        raise NotInStore(tr("room {room} has no list in that time", room=room_id))
    users = highest(found.scores_at(counted[-1].at_ms), top)
    known = ground.users(users)
    phase_ms = 0 if step_ms is None else moments.midnight(counted[0].at_ms, ground.zone) % step_ms
    rows = tuple(points(found, counted, users, step_ms, phase_ms))
    return Course(
        **msgspec.structs.asdict(room.name),
        step_seconds=None if step_ms is None else step_ms / 1000,
        contributors=tuple(known[user][0] for user in users),
        coins=sum(each.coins for each in rows),
        rows=rows,
        sure=sureness.of_room(ground, room, polls, since_ms, until_ms, is_exact=found.is_exact),
    )


def highest(scores: Scores, top: int) -> list[int]:
    """The contributors of the highest scores, by their keys."""
    return sorted(scores, key=lambda user: (-(scores[user] or 0), user))[:top]


def points(
    found: Walked, polls: Sequence[Looked], users: Sequence[int], step_ms: int | None, phase_ms: int = 0
) -> Iterator[CoursePoint]:
    """The points of polls that brought lists that count; steps begin at `phase_ms`, as a distance from 1970."""
    before_ms = found.first_ms if found.first_ms < polls[0].at_ms else None
    by_step = groupby(
        _timeline(found, polls),
        lambda each: each[0].at_ms if step_ms is None else (each[0].at_ms - phase_ms) // step_ms,
    )
    for _, together in by_step:
        of_step = [*together]
        poll, shown, _ = of_step[-1]
        scores = shown.scores
        coins = sum(each for _, _, each in of_step)
        minutes = None if before_ms is None else (poll.at_ms - before_ms) / _MINUTE_MS
        yield CoursePoint(
            iso(poll.at_ms),
            poll.total,
            poll.row_count or 0,
            sum(filter(None, scores.values())),
            coins,
            coins / minutes if minutes else None,
            tuple(scores.get(user) for user in users),
            _places(scores, users),
        )
        before_ms = poll.at_ms


def _places(scores: Scores, users: Sequence[int]) -> tuple[int | None, ...]:
    """The place of each by score; equal scores share one."""
    if not users:
        return ()
    ordered = sorted([each for each in scores.values() if each is not None])
    own = [scores.get(user) for user in users]
    return tuple(None if each is None else len(ordered) - bisect_right(ordered, each) + 1 for each in own)


def _timeline(found: Walked, polls: Sequence[Looked]) -> Iterator[tuple[Looked, Shown, int]]:
    """Each poll, with what the room showed then, and the coins that were given since the poll before."""
    steps, shown = [*reversed(found.steps)], found.first.shown
    for poll in polls:
        coins = 0
        while steps and steps[-1].at_ms <= poll.at_ms:
            step = steps.pop()
            shown = step.after.shown
            coins += step.coins
        yield poll, shown, coins
