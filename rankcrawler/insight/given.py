"""What contributors gave in a time: in a room by its lists; in all rooms by sums of hours, and lists for the rest."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rankcrawler.insight.ground import END_MS, Choice, Ground, stored_room
from rankcrawler.store import days, gains
from rankcrawler.store.days import HOUR_MS
from rankcrawler.store.lists import StoredRoom
from rankcrawler.store.shown import Scores
from rankcrawler.store.tally import Count, Given
from rankcrawler.store.walk import Step

Sums = dict[int, Given]
"""What contributors gave, by their keys; only those who gave something."""


class Walked(NamedTuple):
    """A room's lists that count, in a time."""

    first: Count
    """At the list that the room had when the time begins, or at its first one in it; without scores if it is a
    session's beginning."""
    first_ms: int
    """When that list was last seen, or the session began."""
    steps: Sequence[Step]
    """The lists after it."""

    @property
    def is_exact(self) -> bool:
        """Whether the lists leave no room for more coins than they show."""
        counts = (self.first, *(step.after for step in self.steps))
        given = (each for step in self.steps for each in step.given.values())
        return all(least == most for least, most in given) and all(each.shown.most_outside() == 0 for each in counts)

    def scores_at(self, at_ms: int) -> Scores:
        """The scores of the list that the room had at a moment."""
        shown = self.first.shown
        for step in self.steps:
            if step.at_ms > at_ms:
                break
            shown = step.after.shown
        return shown.scores


def walked(ground: Ground, room: StoredRoom, since_ms: int, until_ms: int) -> Walked | None:
    """The lists from a moment until before another; None if the room has none that counts.

    Damaged lists are left out, and noted in `ground.damage`.
    """
    last_ms = until_ms - (until_ms != END_MS)
    begin = gains.beginning(ground.database, room, (since_ms - 1, last_ms), ground.damage)
    if begin is None:
        return None
    walk = ground.walks.of(room, begin, last_ms)
    ground.damage += walk.damage
    return Walked(walk.first, begin.at_ms, walk.steps)


def in_room(ground: Ground, room: StoredRoom, since_ms: int, until_ms: int) -> Sums:
    """What contributors gave in a room, by the lists from a moment until before another."""
    found = walked(ground, room, since_ms, until_ms)
    return {} if found is None else summed(step.given for step in found.steps)


def in_rooms(ground: Ground, rooms: Iterable[StoredRoom], since_ms: int, until_ms: int) -> Sums:
    """What contributors gave in rooms together."""
    return summed(in_room(ground, room, since_ms, until_ms) for room in rooms)


def everywhere(ground: Ground, choice: Choice, since_ms: int, until_ms: int) -> Sums:
    """What contributors gave in all rooms together: whole hours by their sums, parts of hours by lists.

    An hour that has not ended is whole if the time lasts until now.
    """
    first, end = -(-since_ms // HOUR_MS), until_ms // HOUR_MS
    if until_ms >= ground.now_ms():
        end = (END_MS + 1) // HOUR_MS
    if first >= end:
        return _by_lists(ground, choice, since_ms, until_ms)
    values = days.values_of_hours(first, end)
    found = ground.database.all("insight_sums", **values, kind=choice.kind)
    sums: Sums = {user: (coins, most) for user, coins, most in found}
    if choice.source is not None:
        sums = {user: sums[user] for user, (who, _) in ground.users(sums).items() if who.source == choice.source}
    parts = [_by_lists(ground, choice, *part) for part in ((since_ms, first * HOUR_MS), (end * HOUR_MS, until_ms))]
    return summed([sums, *parts]) if any(parts) else sums


def summed(parts: Iterable[Mapping[int, Given]]) -> Sums:
    """The sums of several times or rooms."""
    coins: dict[int, int] = {}
    most: dict[int, int | None] = {}
    for part in parts:
        for user, (least, limit) in part.items():
            coins[user] = coins.get(user, 0) + least
            before = most.get(user, 0)
            most[user] = None if before is None or limit is None else before + limit
    return {user: (number, most[user]) for user, number in coins.items() if number}


def rooms_of(ground: Ground, rooms: Sequence[str], choice: Choice) -> list[StoredRoom]:
    """The rooms of ids; raises NotInStore for the first that was never polled."""
    return ground.rooms_named(dict.fromkeys(rooms), choice)


def _by_lists(ground: Ground, choice: Choice, since_ms: int, until_ms: int) -> Sums:
    """What contributors gave within an hour or two, list by list."""
    if since_ms >= until_ms:
        return {}
    hours = {"first": since_ms // HOUR_MS, "end": (until_ms - 1) // HOUR_MS + 1}
    found = ground.database.all("insight_rooms_with_coins", **hours, **choice.values())
    return in_rooms(ground, map(stored_room, found), since_ms, until_ms)
