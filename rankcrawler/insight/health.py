"""How well the store is filled, in a few figures: what a program watches all the time."""

from typing import NamedTuple

from rankcrawler.insight.ground import Ground


class ListAges(NamedTuple):
    """How old the last lists are of the rooms of one kind that are polled again and again, and go on."""

    rooms: int
    stale: int
    """Rooms whose last list is older than two intervals."""
    seconds: tuple[float, ...]
    """The age of each room's last list, the newest first; since its first poll where it has none."""


class HourCounts(NamedTuple):
    """What was stored of one kind in an hour since 1970, by the clock of the lists."""

    hour: int
    kind: str
    polls: int
    failures: int
    """Of the polls, those without a list."""
    lists: int
    """Lists that differ from the one before."""
    entries: int
    """Rows that were written for these: what differs."""


def list_ages(ground: Ground) -> dict[str, ListAges]:
    """The ages by kind; a kind without such rooms is not there."""
    now_ms, found = ground.now_ms(), dict[str, list[tuple[float, float]]]()
    for kind, at_ms, interval in ground.database.all("insight_list_ages"):
        found.setdefault(kind, []).append((max(now_ms - at_ms, 0) / 1000, interval))
    return {
        kind: ListAges(
            len(ages),
            sum(age > 2 * interval for age, interval in ages),
            tuple(sorted(age for age, _ in ages)),
        )
        for kind, ages in found.items()
    }


def counted_since(ground: Ground, hour: int) -> list[HourCounts]:
    """What was stored from an hour on."""
    return [HourCounts._make(record) for record in ground.database.all("insight_hours_since", first=hour)]
