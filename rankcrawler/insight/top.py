"""Who gave most in a time, and how the coins are spread."""

from collections.abc import Sequence

import msgspec

from rankcrawler.clock import iso
from rankcrawler.insight import given, sureness
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.given import Sums
from rankcrawler.insight.ground import END_MS, Choice, Ground, Moment
from rankcrawler.insight.shares import Concentration, concentration
from rankcrawler.store.lists import StoredRoom


class TopRow(msgspec.Struct, frozen=True):
    """What a contributor gave."""

    place: int
    """1 gave most."""
    source: str
    user_id: str
    nickname: str | None
    """The latest one."""
    display_id: str | None
    """The latest handle."""
    coins: int
    """At least."""
    most: int | None
    """At most, as far as they were seen; None without a limit."""


class Top(Answer, frozen=True, kw_only=True):
    """Who gave most, most first."""

    kind: str
    since_at: str | None
    """None for the beginning."""
    until_at: str | None
    """None for the end."""
    rooms: tuple[str, ...] | None
    """The rooms that were asked about; None for all."""
    concentration: Concentration | None
    """Of all contributors of that time, listed or not; None if nothing was given."""
    rows: tuple[TopRow, ...]


def top(
    ground: Ground,
    choice: Choice,
    since: Moment | None,
    until: Moment | None,
    rooms: Sequence[str] | None,
    limit: int | None,
) -> Top:
    """Who gave most from a moment until before another, in these rooms, or in all."""
    since_ms, until_ms = ground.span(since, until)
    stored = None if rooms is None else given.rooms_of(ground, rooms, choice)
    sums = sums_of(ground, choice, stored, since_ms, until_ms)
    ordered = sorted([coins for coins, _ in sums.values()])
    least = ordered[-limit] if limit and limit <= len(ordered) else 0
    among = [user for user, (coins, _) in sums.items() if coins >= least]
    first = sorted(among, key=lambda user: (-sums[user][0], user))[:limit]
    known = ground.users(first)
    rows = [
        TopRow(place, **msgspec.structs.asdict(known[user][0]), coins=sums[user][0], most=sums[user][1])
        for place, user in enumerate(first, start=1)
    ]
    return Top(
        kind=choice.kind,
        since_at=iso(since_ms) if since_ms else None,
        until_at=None if until_ms == END_MS else iso(until_ms),
        rooms=None if rooms is None else tuple(dict.fromkeys(rooms)),
        concentration=concentration(ordered),
        rows=tuple(rows),
        sure=sure_of(ground, choice, stored, since_ms, until_ms),
    )


def sums_of(ground: Ground, choice: Choice, rooms: Sequence[StoredRoom] | None, since_ms: int, until_ms: int) -> Sums:
    """What contributors gave in a time, in these rooms or in all."""
    choice.values()
    if rooms is None:
        return given.everywhere(ground, choice, since_ms, until_ms)
    return given.in_rooms(ground, rooms, since_ms, until_ms)


def sure_of(ground: Ground, choice: Choice, rooms: Sequence[StoredRoom] | None, since_ms: int, until_ms: int) -> Sure:
    """How sure the sums of a time are."""
    if rooms is None:
        return sureness.of_all_rooms(ground, choice, since_ms, until_ms)
    damaged = sureness.damage_of(ground)
    parts = [
        sureness.of_room(
            ground, room, sureness.polls_of(ground, room, since_ms, until_ms), since_ms, until_ms, is_exact=False
        )
        for room in rooms
    ]
    return msgspec.structs.replace(sureness.together(parts), damaged=damaged)
