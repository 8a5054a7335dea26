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
HOUR_MS, IN_2100_MS = 3_600_000, 4_102_444_800_000
BAD = ("older", "lower", "foreign", "empty")
"""Bad answers under a good clock: a list of three minutes ago, a score one lower, another room's list, an empty one."""
AHEAD = ("an hour ahead", "a day ahead", "in 2100")
"""Answers whose clock is ahead; those lists stay out."""
IN_SECONDS, STANDING_STILL = "in seconds", "standing still"
"""Answers whose clock is in seconds, or that of the answer before; those lists count."""
CLOCKS = (*AHEAD, IN_SECONDS, STANDING_STILL)
LESS = ("masked row", "unread row")
"""Answers that tell less: one row without a name, or one that cannot be read."""


@dataclass(frozen=True)
class Gateway:
    """How a gateway behaves, and which kinds of list are polled."""

    failures: float = 0.0
    """The share of polls that fail."""
    masked: bool = False
    """Whether it hides names in every other stretch."""
    withheld: bool = False
    """Whether it hides scores in every other stretch."""
    bad: float = 0.0
    """The share of answers that are bad."""
    kinds: Sequence[str] = BAD
    """Which, of BAD, CLOCKS and LESS."""
    once: str = ""
    """How one answer is bad, in the middle."""
    first: str = ""
    """How the first answer is bad; without one, it is good."""
    lists: Sequence[str] = (RANKLIST.name,)
    """Kinds of list that are polled, at the same moments."""


class Polling:
    """Polls a room every so many ms. The last answer is good, and so is the first, unless the gateway says how not."""

    def __init__(
        self, giving: Giving, gateway: Gateway, every: int, *, seed: int = 1, capacity: int = RANKLIST.capacity
    ) -> None:
        self._giving, self._gateway, self._capacity = giving, gateway, capacity
        self._dice = random.Random(seed)
        givers_there = {giver for _, giver, _ in giving.gifts}
        others = {"seed": seed + 77, "first": max(givers_there, default=0) + 1}
        self._other = Giving(max(len(givers_there), 1), giving.start, giving.end, **others)
        self._moments = range(giving.start + (giving.end - giving.start) // 50, giving.end + 1, every)
        self._once = self._moments[len(self._moments) // 2]
        self._clock = 0
        """Of the answer before, in ms."""
        self.good: list[int] = []
        """When answers were good, so far."""

    def polls(self, room_id: str) -> Iterator[Poll]:
        """The polls, in order, with the flags that a crawl gives them."""
        now, then, other = self._giving.scores(), self._giving.scores(), self._other.scores()
        earlier = rules.Earlier()
        for moment in self._moments:
            scores, old, foreign = now.at(moment), then.at(max(moment - OLD_MS, 0)), other.at(moment)
            bad = self._draw(moment)
            if bad == "failed":
                for kind in self._gateway.lists:
                    yield Poll(_failed(Target("gateway.test", kind, room_id), moment))
                continue
            shown = {"older": old, "foreign": foreign, "empty": {}}.get(bad, scores)
            found = givers.listed(shown, moment, room_id, self._capacity)
            if found.entries:
                found = self._spoilt(found, bad, moment, room_id)
            found = self._dated(self._hidden(found, moment, room_id), bad, moment)
            for kind in self._gateway.lists:
                yield Poll(rules.flagged(givers.of_kind(found, kind), earlier))

    def last_good(self, moment: int) -> int:
        """When the last good answer until a moment was given; the first one, if none was before."""
        return self.good[max(bisect_right(self.good, moment) - 1, 0)]

    def _draw(self, moment: int) -> str:
        """What is wrong with an answer; empty for nothing."""
        fails, is_bad, kind = self._dice.random(), self._dice.random(), self._dice.choice(self._gateway.kinds)
        if moment == self._moments[0]:
            bad = self._gateway.first
        elif moment == self._moments[-1]:
            bad = ""
        elif fails < self._gateway.failures:
            return "failed"
        else:
            bad = kind if is_bad < self._gateway.bad else ""
        if moment == self._once and self._gateway.once:
            bad = self._gateway.once
        if bad in ("", IN_SECONDS, STANDING_STILL) and not self._is_hidden(moment):
            self.good.append(moment)
        return bad

    def _is_hidden(self, moment: int) -> bool:
        is_odd = (moment - self._giving.start) // STRETCH_MS % 2 == 1
        return is_odd and (self._gateway.masked or self._gateway.withheld)

    def _hidden(self, found: RoomSnapshot, moment: int, room_id: str) -> RoomSnapshot:
        if not self._is_hidden(moment):
            return found
        masked, withheld = self._gateway.masked, self._gateway.withheld
        rows = [(None if masked else row.user_id, None if withheld else row.score) for row in found.entries]
        return givers.of_rows(rows, moment, room_id)

    def _dated(self, found: RoomSnapshot, bad: str, moment: int) -> RoomSnapshot:
        """The list with the clock that it has, if that is what is wrong with it."""
        ahead = {"an hour ahead": HOUR_MS, "a day ahead": 24 * HOUR_MS, "in 2100": IN_2100_MS - moment}.get(bad, 0)
        clock = {IN_SECONDS: moment // 1000, STANDING_STILL: self._clock}.get(bad, moment + ahead)
        self._clock = self._clock if bad in CLOCKS and self._clock else clock
        if clock == moment:
            return found
        entries = tuple(msgspec.structs.replace(row, captured_at=iso(clock)) for row in found.entries)
        return msgspec.structs.replace(found, captured_at=iso(clock), entries=entries)

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


def _failed(target: Target, moment: int) -> FailedPoll:
    return FailedPoll(target, iso(moment), "retry", "HTTP 502", 502, None, None, attempt=1)
