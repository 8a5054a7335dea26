"""What the questions of insight should answer, worked out from polls as they were served, with nothing of the product's
counting. Which lists count, and what was given from one to the next, `oracle.Oracle` says.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import NamedTuple

from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.model.rows import RankEntry
from tests.oracle import OUT, Oracle, scores_of

Coins = Counter[str]
"""By contributor."""


class Seen(NamedTuple):
    """A poll as the store returns it."""

    at_ms: int
    found: RoomSnapshot | FailedPoll
    is_changed: bool
    """Whether its list differs from the one before, or is the first of its day."""


class _Recording(Oracle):
    """Knows whether the last list counted."""

    counted = False

    def take(self, snapshot: RoomSnapshot) -> None:
        """Take a list that counts."""
        self.counted = True
        super().take(snapshot)


@dataclass
class Room:
    """A room's polls, in order of time, and what its lists show."""

    room_id: str
    every: float
    """Seconds."""
    polls: list[Seen]
    counted: list[Seen] = field(default_factory=list)
    newest: list[Seen] = field(default_factory=list)
    """Lists that count, that may count with the next one, or that are empty: each was the room's newest."""
    given: list[tuple[int, Coins]] = field(default_factory=list)
    """What each list that counts showed to have been given, and when it was made."""

    @classmethod
    def of(cls, room_id: str, every: float, capacity: int, polls: Iterable[Seen]) -> "Room":
        """Judge the lists of a room."""
        room, oracle = cls(room_id, every, [*polls]), _Recording(capacity)
        for seen in room.polls:
            if isinstance(seen.found, FailedPoll):
                continue
            before, waiting = Counter(oracle.coins), len(oracle.doubted)
            oracle.counted = False
            oracle.take_all([seen.found])
            if coins := Counter(oracle.coins) - before:
                room.given.append((seen.at_ms, coins))
            is_out = bool(OUT & {*seen.found.flags})
            is_empty = not seen.found.entries and not is_out
            is_newest = oracle.counted or is_empty or (len(oracle.doubted) > waiting and not is_out)
            room.counted += [seen] * oracle.counted
            room.newest += [seen] * is_newest
        return room

    def coins(self, since_ms: int, until_ms: int) -> Coins:
        """What contributors gave by the lists from a moment until before another."""
        return total(coins for at_ms, coins in self.given if since_ms <= at_ms < until_ms)

    def coins_between(self, since_ms: int, until_ms: int) -> Coins:
        """What they gave after the list of a moment, or the first one, until that of another."""
        return self.coins(since_ms + 1, until_ms + 1)

    def at(self, at_ms: int, *, counts: bool = False) -> Seen | None:
        """The newest list at a moment, or the last one that counts."""
        lists = self.counted if counts else self.newest
        return next((seen for seen in reversed(lists) if seen.at_ms <= at_ms), None)

    def listed(self) -> set[str]:
        """Everyone who was in a list that counts."""
        return {user for seen in self.counted for user in scores_of(_list(seen))}

    def failed(self, since_ms: int, until_ms: int) -> int:
        """Failed polls."""
        return sum(isinstance(each.found, FailedPoll) for each in self.polls if since_ms <= each.at_ms < until_ms)

    def missed(self, since_ms: int, until_ms: int) -> int:
        """Polls that are missing between those that were made: a gap of n intervals, rounded, lacks n - 1."""
        step = self.every * 1000
        gaps = ((later.at_ms - earlier.at_ms, later.at_ms) for earlier, later in pairwise(self.polls))
        return sum(max(int(gap / step + 0.5) - 1, 0) for gap, at_ms in gaps if since_ms <= at_ms < until_ms)

    def scores(self, at_ms: int) -> dict[str, int]:
        """The scores of the last list that counts."""
        seen = self.at(at_ms, counts=True)
        return {} if seen is None else scores_of(_list(seen))

    def entries(self, at_ms: int, *, counts: bool = False) -> Sequence[RankEntry]:
        """The rows of the newest list."""
        seen = self.at(at_ms, counts=counts)
        return () if seen is None else _list(seen).entries


def total(parts: Iterable[Coins]) -> Coins:
    """The sum."""
    return sum(parts, Counter())


def in_rooms(rooms: Iterable[Room], least: int) -> dict[str, int]:
    """Contributors who were in so many rooms, and in how many."""
    counted = Counter(user for room in rooms for user in room.listed())
    return {user: number for user, number in counted.items() if number >= least}


def states(now: Mapping[str, int], then: Mapping[str, int], new: set[str]) -> dict[str, str]:
    """How giving changed."""
    found = {}
    for user in {*now, *then}:
        if not now.get(user):
            found[user] = "gone"
        elif user in new:
            found[user] = "new"
        elif not then.get(user):
            found[user] = "returning"
        else:
            found[user] = "cooling" if now[user] <= then[user] / 2 else "steady"
    return found


def gini(coins: Mapping[str, int]) -> float:
    """The mean difference between two contributors, each with each, as a share of twice the mean."""
    values = [*coins.values()]
    differences = 2 * sum(abs(one - other) for one, other in combinations(values, 2))
    return differences / (2 * len(values) * sum(values))


def _list(seen: Seen) -> RoomSnapshot:
    assert isinstance(seen.found, RoomSnapshot)
    return seen.found
