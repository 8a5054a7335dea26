"""Polls of a room whose every gift is known, by a gateway that fails, hides names or scores, or answers badly."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from benchmarks import givers
from benchmarks.givers import Giving
from rankcrawler.clock import iso
from rankcrawler.model import rules
from rankcrawler.model.items import FailedPoll, Poll, Quarantined, RoomSnapshot
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.targets import Target

OLD_MS = 180_000
"""How old an older list is."""
STRETCH_MS = 1_800_000
"""How long names or scores are hidden, in every other stretch."""
BAD = ("older", "lower", "foreign", "empty")
"""Bad answers under a good clock: a list of three minutes ago, a score one lower, another room's list, an empty one."""
LESS = ("masked row", "unread row")
"""Answers that tell less: one row without a name, or one that cannot be read."""


@dataclass(frozen=True)
class Gateway:
    """How a gateway behaves."""

    failures: float = 0.0
    """The share of polls that fail."""
    masked: bool = False
    """Whether it hides names in every other stretch."""
    withheld: bool = False
    """Whether it hides scores in every other stretch."""
    bad: float = 0.0
    """The share of answers that are bad."""
    kinds: Sequence[str] = BAD
    """Which, of BAD and LESS."""


class Polling:
    """Polls a room every so many ms. The first answer is good, as nothing shows that it is not."""

    def __init__(
        self, giving: Giving, gateway: Gateway, every: int, *, seed: int = 1, capacity: int = RANKLIST.capacity
    ) -> None:
        self._giving, self._gateway, self._every, self._capacity = giving, gateway, every, capacity
        self._dice = random.Random(seed)
        givers_there = {giver for _, giver, _ in giving.gifts}
        others = {"seed": seed + 77, "first": max(givers_there, default=0) + 1}
        self._other = Giving(max(len(givers_there), 1), giving.start, giving.end, **others)
        self.good: list[int] = []
        """When answers were good, so far."""

    def polls(self, room_id: str) -> Iterator[Poll]:
        """The polls, in order, with the flags that a crawl gives them."""
        now, then, other = self._giving.scores(), self._giving.scores(), self._other.scores()
        earlier = rules.Earlier()
        begin = self._giving.start + (self._giving.end - self._giving.start) // 50
        for moment in range(begin, self._giving.end + 1, self._every):
            scores, old, foreign = now.at(moment), then.at(max(moment - OLD_MS, 0)), other.at(moment)
            bad = self._draw(moment)
            if bad == "failed":
                yield Poll(_failed(room_id, moment))
                continue
            shown = {"older": old, "foreign": foreign, "empty": {}}.get(bad, scores)
            found = givers.listed(shown, moment, room_id, self._capacity)
            if found.entries:
                found = self._spoilt(found, bad, moment, room_id)
            yield Poll(rules.flagged(self._hidden(found, moment, room_id), earlier))

    def last_good(self, moment: int) -> int:
        """When the last good answer until a moment was given."""
        return self.good[bisect_right(self.good, moment) - 1]

    def _draw(self, moment: int) -> str:
        """What is wrong with an answer; empty for nothing."""
        fails, is_bad, kind = self._dice.random(), self._dice.random(), self._dice.choice(self._gateway.kinds)
        if self.good and fails < self._gateway.failures:
            return "failed"
        if self.good and is_bad < self._gateway.bad:
            return kind
        if not self._is_hidden(moment):
            self.good.append(moment)
        return ""

    def _is_hidden(self, moment: int) -> bool:
        is_odd = (moment - self._giving.start) // STRETCH_MS % 2 == 1
        return is_odd and (self._gateway.masked or self._gateway.withheld)

    def _hidden(self, found: RoomSnapshot, moment: int, room_id: str) -> RoomSnapshot:
        if not self._is_hidden(moment):
            return found
        masked, withheld = self._gateway.masked, self._gateway.withheld
        rows = [(None if masked else row.user_id, None if withheld else row.score) for row in found.entries]
        return givers.of_rows(rows, moment, room_id)

    def _spoilt(self, found: RoomSnapshot, bad: str, moment: int, room_id: str) -> RoomSnapshot:
        """The list with a row changed, if that is what is wrong with it."""
        rows = [(row.user_id, row.score) for row in found.entries]
        index = self._dice.randrange(len(rows))
        user, score = rows[index]
        if bad == "lower":
            rows[index] = user, max((score or 0) - 1, 0)
        elif bad == "masked row":
            rows[index] = None, score
        elif bad == "unread row":
            unread = (Quarantined(index + 1, "$.score", "Expected `int`, got `str`"),)
            del rows[index]
            return msgspec.structs.replace(givers.of_rows(rows, moment, room_id), quarantined=unread)
        else:
            return found
        return givers.of_rows(rows, moment, room_id)


def _failed(room_id: str, moment: int) -> FailedPoll:
    target = Target("gateway.test", RANKLIST.name, room_id)
    return FailedPoll(target, iso(moment), "retry", "HTTP 502", 502, None, None, attempt=1)
