"""A room whose every gift is known: givers, what each has given at any moment, and the lists that a gateway makes."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from heapq import nsmallest
from typing import Any

import msgspec

from rankcrawler.clock import iso
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.rows import COLUMNS, RankEntry
from rankcrawler.model.targets import Target
from rankcrawler.store.fingerprints import fingerprint

_SET = (
    "source kind room_id anchor_id captured_at polled_at rank score score_precision user_id nickname is_anonymous flags"
)
_UNKNOWN: dict[str, Any] = dict.fromkeys(each.name for each in COLUMNS if each.name not in _SET.split())

Scores = dict[int, int]
"""Coins by giver."""


class Giving:
    """All gifts to a room from one moment to another, in ms; scores begin again with each session.

    Givers arrive over time, and are numbered from `first` on. A few give most of the coins, and give often.
    """

    def __init__(
        self, givers: int, start: int, end: int, *, seed: int, first: int = 1, sessions: int = 1, gifts: float = 25.0
    ) -> None:
        dice = random.Random(seed)
        self.start, self.end = start, end
        self.begins = [start + (end - start) * number // sessions for number in range(sessions)]
        """When sessions begin."""
        self.gifts: list[tuple[int, int, int]] = []
        """Moment, giver and coins, in order of time."""
        for giver in range(first, first + givers):
            self.gifts += _gifts_of(giver, start, end, gifts, dice)
        self.gifts.sort()

    def scores(self) -> "Cursor":
        """The scores, from the start on."""
        return Cursor(self)

    def given(self, since: int, until: int) -> Scores:
        """What each giver gave after a moment and until another."""
        found: Scores = {}
        first, end = (bisect_right(self.gifts, (moment, 1 << 62, 0)) for moment in (since, until))
        for _, giver, coins in self.gifts[first:end]:
            found[giver] = found.get(giver, 0) + coins
        return found


class Cursor:
    """The scores of a room at moments that only grow."""

    def __init__(self, giving: Giving) -> None:
        self._giving = giving
        self._next = 0
        self._session = 0
        self._scores: Scores = {}

    def at(self, moment: int) -> Scores:
        """What each giver of the session has given; changes with the next call."""
        gifts, begins = self._giving.gifts, self._giving.begins
        session = bisect_right(begins, moment)
        if session != self._session:
            self._session, self._scores = session, {}
            self._next = bisect_right(gifts, (begins[max(session - 1, 0)], 0, 0))
        while self._next < len(gifts) and gifts[self._next][0] <= moment:
            _, giver, coins = gifts[self._next]
            self._scores[giver] = self._scores.get(giver, 0) + coins
            self._next += 1
        return self._scores


def listed(scores: Scores, moment: int, room_id: str, capacity: int = RANKLIST.capacity) -> RoomSnapshot:
    """The list that a gateway makes of scores."""
    best = nsmallest(capacity, scores.items(), key=lambda each: (-each[1], each[0]))
    return of_rows([(str(giver), score) for giver, score in best], moment, room_id)


def of_rows(rows: list[tuple[str | None, int | None]], moment: int, room_id: str) -> RoomSnapshot:
    """A list of contributors and their scores; a contributor of None is masked, a score of None withheld."""
    at, target = iso(moment), Target("gateway.test", RANKLIST.name, room_id)
    entries = tuple(_entry(rank, user, score, at, room_id) for rank, (user, score) in enumerate(rows, start=1))
    return RoomSnapshot(
        target,
        captured_at=at,
        polled_at=at,
        total=None,
        user_count_desc=None,
        currency=None,
        has_more=False,
        entry_count=len(entries),
        digest=fingerprint(rows).hex(),
        entries=entries,
    )


def of_kind(found: RoomSnapshot, kind: str) -> RoomSnapshot:
    """The list as one of another kind."""
    if found.target.kind == kind:
        return found
    entries = tuple(msgspec.structs.replace(row, kind=kind) for row in found.entries)
    return msgspec.structs.replace(found, target=msgspec.structs.replace(found.target, kind=kind), entries=entries)


def _entry(rank: int, user: str | None, score: int | None, at: str, room_id: str) -> RankEntry:
    return RankEntry(
        source="gateway.test",
        kind=RANKLIST.name,
        room_id=room_id,
        anchor_id=None,
        captured_at=at,
        polled_at=at,
        rank=rank,
        score=score,
        score_precision="exact" if score is not None else "withheld",
        user_id=user,
        nickname=user,
        is_anonymous=user is None,
        **_UNKNOWN,
    )


def _gifts_of(giver: int, start: int, end: int, mean: float, dice: random.Random) -> Iterator[tuple[int, int, int]]:
    """A giver's gifts, some after each other, from their arrival on."""
    length = end - start
    arrival = start + int(length * max(0.0, dice.random() * 1.4 - 0.5))
    count = max(1, round(mean * dice.paretovariate(1.3) / 4.3 * (end - arrival) / length))
    worth = 10 ** (dice.random() * 2.5)
    for _ in range(count):
        yield arrival + int(dice.random() * (end - arrival)), giver, 1 + int(worth * (0.5 + dice.random()))
