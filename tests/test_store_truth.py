"""Gains and day sums against rooms whose every gift is known, answered as well or as badly as gateways answer."""

import dataclasses
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from benchmarks import polling
from benchmarks.givers import Giving
from benchmarks.polling import Gateway, Polling
from rankcrawler.clock import iso, ms
from rankcrawler.model import kinds
from rankcrawler.model.items import Poll
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.store.answers import Gains
from rankcrawler.store.contract import Records
from rankcrawler.store.list_choice import EVERY_POLL
from tests import stores
from tests.daily import top_of_day
from tests.oracle import Oracle

START = 1_795_464_000_000
"""2026-11-23T20:00:00Z: a room's hours lie on two days, in UTC and elsewhere."""
HOUR = 3_600_000
CAPACITY = 6
ROOMS = {"sqlite": 50, "postgresql": 12}
FOUND = (1182, 1212, 1819, 1851, 1948, 2154, 3219)
"""Rooms that an earlier way of counting got wrong."""
EVER = ("2026-11-23", "2026-11-25")
ZONES = [timezone(timedelta(hours=hours)) for hours in (0, 8, -5)]


@pytest.fixture
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of six rows are full."""
    monkeypatch.setitem(kinds.KINDS, RANKLIST.name, dataclasses.replace(RANKLIST, capacity=CAPACITY))


class Room:
    """A random room and gateway, some of whose clocks are wrong if `clocks`."""

    def __init__(self, seed: int, room_id: str, *, clocks: bool = False) -> None:
        self.room_id, self.dice = room_id, random.Random(seed)
        dice = self.dice
        hours, sessions = dice.choice([(2, 1), (5, 1), (9, 1), (9, 2)])
        gifts = dice.choice([5.0, 25.0, 200.0])
        end = START + hours * HOUR
        self.first = 1000 * int(room_id)
        size = dice.randrange(2, 15)
        self.giving = Giving(size, START, end, seed=seed, first=self.first, sessions=sessions, gifts=gifts)
        gateway = Gateway(
            failures=dice.choice([0, 0.1]),
            masked=dice.random() < 0.2,
            withheld=dice.random() < 0.2,
            bad=dice.choice([0, 0.05, 0.2]),
            kinds=polling.BAD + polling.LESS * dice.randrange(2) + (*polling.AHEAD, polling.IN_SECONDS) * clocks,
        )
        every = dice.choice([60_000, 300_000])
        self.polling = Polling(self.giving, gateway, every, seed=seed, capacity=CAPACITY)
        self.polls = [*self.polling.polls(room_id)]

    def write(self, workers: list[Records]) -> None:
        """Write the polls in batches, each by one of several workers."""
        for batch in self._batches():
            self.dice.choice(workers).write(batch)

    def gains(self, store: Records, since: int, until: int) -> Gains:
        """The gains between two moments."""
        return store.gains(self.room_id, iso(since), iso(until))

    def check_truth(self, gains: Gains) -> None:
        """Nobody has more than they gave, or gave more than they can have.

        An old list that equals the last one cannot be recognised: a list is at least as old as the last good answer.
        Nor can scores that began again in a room where next to nothing was given; then the upper bound is too low.
        """
        if gains.since is None or gains.until is None:
            return
        since, until = ms(gains.since), ms(gains.until)
        begin, end = (self.polling.last_good(moment) for moment in (since, until))
        at_most, at_least = self.giving.given(begin, until), self.giving.given(since, end)
        for each in gains.gains:
            giver = int(each.user_id)
            if since in self.polling.good:
                assert each.coins <= at_most.get(giver, 0), each
            if len(self.giving.begins) == 1:
                assert each.most is None or at_least.get(giver, 0) <= each.most, each

    def _batches(self) -> Iterator[list[Poll]]:
        rest = self.polls
        while rest:
            size = self.dice.choice([1, 1, 5, 64])
            yield rest[:size]
            rest = rest[size:]


def coins(gains: Gains) -> Counter[str]:
    return Counter({each.user_id: each.coins for each in gains.gains if each.coins})


def day_sums(store: Records, zone: timezone, room: Room) -> Counter[str]:
    """The sums of all days, in a time zone, for those who give in a room or are shown in it."""
    sums: Counter[str] = Counter()
    for day in ("2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"):
        found = top_of_day(store, day, zone=zone, limit=100_000)
        sums.update({each.user_id: each.coins for each in found if int(each.user_id) // 1000 == room.first // 1000})
    return sums


@contextmanager
def naming(seed: int) -> Iterator[None]:
    """Says of a failure which room it was."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"Room({seed}, …)")
        raise


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("short_lists")
@pytest.mark.parametrize("kind", stores.DATABASES)
def test_gains_are_what_the_oracle_says_and_never_above_the_truth(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rooms = iter(range(1, 1_000_000))
    with stores.records(stores.address(kind, tmp_path, request)) as open_it:
        workers = [open_it(), open_it()]

        for seed in (*FOUND, *random.sample(range(10**9), ROOMS[kind])):
            room = Room(seed, str(next(rooms)), clocks=seed not in FOUND and seed % 2 == 0)
            room.write(workers)
            with naming(seed):
                check_room(room, room.dice.choice(workers))
        assert [found for found in workers[0].check() if found.what != "unchecked"] == []


def check_room(room: Room, store: Records) -> None:
    """Gains are the oracle's, never above the truth, and the same as the sums of hours and of shorter times."""
    whole = room.gains(store, START, START + 24 * HOUR)
    room.check_truth(whole)
    oracle = Oracle(CAPACITY).take_all(store.lists(room.room_id, *EVER, which=EVERY_POLL))
    assert coins(whole) == oracle.coins
    assert [day_sums(store, zone, room) for zone in ZONES] == [oracle.coins] * 3
    middle = START + room.dice.randrange(9 * HOUR)
    parts = [room.gains(store, START, middle), room.gains(store, middle, START + 24 * HOUR)]
    for part in parts:
        room.check_truth(part)
    if all(part.since for part in parts):
        assert coins(parts[0]) + coins(parts[1]) == coins(whole)
