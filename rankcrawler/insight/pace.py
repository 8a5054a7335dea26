"""How fast coins come in: what was given in each of the last hours, room by room and altogether."""

from collections import defaultdict
from typing import NamedTuple

import msgspec

from rankcrawler.clock import iso
from rankcrawler.insight.answers import Answer, Sure
from rankcrawler.insight.ground import Choice, Ground
from rankcrawler.store.days import HOUR_MS
from rankcrawler.store.text import decoded


class PaceRow(msgspec.Struct, frozen=True):
    """A room, in which something was polled in these hours."""

    source: str
    room_id: str
    coins: tuple[int | None, ...]
    """Given in each hour, at least; None for an hour without a poll that brought a list."""


class HourRow(msgspec.Struct, frozen=True):
    """An hour of all rooms together."""

    hour_at: str
    """When it begins."""
    polls: int
    failed: int
    """Of these, polls without a list."""
    coins: int
    """At least."""


class Pace(Answer, frozen=True, kw_only=True):
    """Coins of the last hours, by room; the last of them is the hour that it is."""

    kind: str
    elapsed_seconds: float
    """How much of the last hour is over."""
    hours: tuple[HourRow, ...]
    """In order of time."""
    rows: tuple[PaceRow, ...]


class _Record(NamedTuple):
    """A record of insight_room_hours."""

    hour: int
    source: str
    room_id: str
    polls: int
    failures: int
    coins: int


def pace(ground: Ground, choice: Choice, hours: int) -> Pace:
    """The last `hours` hours, of which the present one is the last."""
    now_ms = ground.now_ms()
    end = now_ms // HOUR_MS + 1
    first = end - hours
    of_room: dict[tuple[str, str], list[int | None]] = defaultdict(lambda: [None] * hours)
    sums = [[0, 0, 0] for _ in range(hours)]
    found = ground.database.all("insight_room_hours", **choice.values(), first=first, end=end)
    for each in map(_Record._make, found):
        together = sums[each.hour - first]
        for place, number in enumerate((each.polls, each.failures, each.coins)):
            together[place] += number
        if each.polls > each.failures:
            of_room[each.source, each.room_id][each.hour - first] = each.coins
    return Pace(
        kind=choice.kind,
        elapsed_seconds=now_ms % HOUR_MS / 1000,
        hours=tuple(HourRow(iso((first + step) * HOUR_MS), *each) for step, each in enumerate(sums)),
        rows=tuple(PaceRow(decoded(source), decoded(room), tuple(coins)) for (source, room), coins in of_room.items()),
        sure=Sure(coins="at_least", failed=sum(each[1] for each in sums)),
    )
