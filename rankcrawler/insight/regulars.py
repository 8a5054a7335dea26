"""Who is new, came back, gives less or is gone: a time, next to the time of the same length before it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from rankcrawler.clock import iso
from rankcrawler.insight import given
from rankcrawler.insight.answers import Answer, Contributor
from rankcrawler.insight.given import Sums
from rankcrawler.insight.ground import END_MS, Choice, Ground, Moment
from rankcrawler.insight.top import sums_of, sure_of
from rankcrawler.store.days import DAY_MS, HOUR_MS

_USUAL_DAYS = 7
State = Literal["new", "returning", "cooling", "gone", "steady"]
STATES: tuple[State, ...] = ("new", "returning", "cooling", "gone", "steady")


class RegularRow(msgspec.Struct, frozen=True):
    """How a contributor's giving changed."""

    state: State
    """new: was in no list before; returning: gave, and nothing in the time before; cooling: gave at most half as much;
    gone: gave nothing, and something in the time before; steady: any other who gave in both."""
    source: str
    user_id: str
    nickname: str | None
    display_id: str | None
    first_seen_at: str
    """The first list with the contributor in it, in any room."""
    coins: int
    """Given in the time, at least."""
    coins_before: int
    """Given in the time of the same length before it, at least."""


class Regulars(Answer, frozen=True, kw_only=True):
    """How giving changed from one time to the next, in which most was given first."""

    kind: str
    before_at: str
    """The time before begins."""
    since_at: str
    """The time before ends, and the time begins."""
    until_at: str | None
    """None for the end."""
    rooms: tuple[str, ...] | None
    new: int
    """How many are new, listed or not; and so on."""
    returning: int
    cooling: int
    gone: int
    steady: int
    rows: tuple[RegularRow, ...]


class _Times(NamedTuple):
    before_ms: int
    """The time before begins."""
    since_ms: int
    until_ms: int


def regulars(
    ground: Ground,
    choice: Choice,
    since: Moment | None,
    until: Moment | None,
    rooms: Sequence[str] | None,
    states: Sequence[State],
    limit: int | None,
) -> Regulars:
    """How giving changed from the time before `since`, of the same length, to the time from then until before `until`.

    Without `since` the time is the last seven days, in whole hours.
    """
    times = _times(ground, since, until)
    stored = None if rooms is None else given.rooms_of(ground, rooms, choice)
    now = sums_of(ground, choice, stored, times.since_ms, times.until_ms)
    then = sums_of(ground, choice, stored, times.before_ms, times.since_ms)
    known = ground.users({*now, *then})
    found = {user: _state(user, now, then, first >= times.since_ms) for user, (_, first) in known.items()}
    shown = [user for user in found if found[user] in states]
    shown.sort(key=lambda user: (-_coins(now, user) - _coins(then, user), user))
    return Regulars(
        kind=choice.kind,
        before_at=iso(times.before_ms),
        since_at=iso(times.since_ms),
        until_at=None if until is None else iso(times.until_ms),
        rooms=None if rooms is None else tuple(dict.fromkeys(rooms)),
        **{state: sum(each == state for each in found.values()) for state in STATES},
        rows=tuple(_row(*known[user], found[user], _coins(now, user), _coins(then, user)) for user in shown[:limit]),
        sure=sure_of(ground, choice, stored, times.before_ms, times.until_ms),
    )


def _times(ground: Ground, since: Moment | None, until: Moment | None) -> _Times:
    end_ms = ground.now_ms() if until is None else ground.moment(until)
    if since is not None:
        since_ms = ground.moment(since)
        before_ms = max(2 * since_ms - end_ms, 0)
    else:
        since_ms = (end_ms - _USUAL_DAYS * DAY_MS) // HOUR_MS * HOUR_MS
        before_ms = max(2 * since_ms - end_ms, 0) // HOUR_MS * HOUR_MS
    return _Times(before_ms, since_ms, END_MS if until is None else end_ms)


def _row(who: Contributor, first_seen_ms: int, state: State, coins: int, before: int) -> RegularRow:
    return RegularRow(
        state,
        **msgspec.structs.asdict(who),
        first_seen_at=iso(first_seen_ms),
        coins=coins,
        coins_before=before,
    )


def _state(user: int, now: Sums, then: Sums, is_new: bool) -> State:
    coins, before = _coins(now, user), _coins(then, user)
    if not coins:
        return "gone"
    if not before:
        return "new" if is_new else "returning"
    return "cooling" if 2 * coins <= before else "steady"


def _coins(sums: Sums, user: int) -> int:
    return sums[user][0] if user in sums else 0
