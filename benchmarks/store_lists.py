"""Polls to store: a simulated day of rooms, and lists that have nothing in common with the one before."""

from collections.abc import Iterator
from itertools import cycle, islice

import msgspec

from benchmarks.answer import lists
from rankcrawler.clock import iso
from rankcrawler.gateways import wire
from rankcrawler.model.items import Poll
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.model.rows import RankEntry
from rankcrawler.model.targets import Target
from rankcrawler.simulator.answer import ranklist_answer
from rankcrawler.simulator.world import World

START = 1_790_000_000_000
MINUTE = 60_000
FIRST_ROOM = 7_300_000_000_000_000_000


def room_id(number: int) -> str:
    """The id of one of the benchmark's rooms."""
    return str(FIRST_ROOM + 7919 * number)


def a_day(rooms: int, minutes: int, first: int = 0, begin: int = 0) -> Iterator[Poll]:
    """The simulator's rooms, polled once a minute: most lists change a little, some not at all.

    The rooms have the numbers from `first` on, and are polled from the minute `begin` on.
    """
    world, reader = World(1), wire.Reader(RANKLIST)
    for minute in range(begin, begin + minutes):
        now = START + minute * MINUTE
        for number in range(first, first + rooms):
            ranklist = world.rank_list(room_id(number), now)
            if ranklist is not None:
                answer = reader.read(ranklist_answer(ranklist))
                yield Poll(wire.snapshot(answer, _target(number), now + 200))


def new_rooms(rooms: int) -> Iterator[Poll]:
    """Rooms that are polled once, each with a list of a hundred contributors who are in other lists, too."""
    reader = wire.Reader(RANKLIST)
    answers = [reader.read(body) for body in islice(lists(500, 100, START), rooms)]
    for number, answer in enumerate(islice(cycle(answers), rooms)):
        yield Poll(wire.snapshot(answer, _target(number), START))


def restless(rooms: int, polls: int) -> Iterator[Poll]:
    """One poll a minute, and every score rises each time, so that each list is written whole."""
    first = [poll.snapshot for poll in new_rooms(min(rooms, 500)) if poll.snapshot is not None]
    for poll in range(polls):
        moment = iso(START + poll * MINUTE)
        times = {"captured_at": moment, "polled_at": moment}
        for number in range(rooms):
            one = first[number % len(first)]
            entries = tuple(_richer(entry, poll, {"room_id": room_id(number)} | times) for entry in one.entries)
            digest = f"{poll:08x}{one.digest[8:]}"
            changes = {"target": _target(number), "entries": entries, "digest": digest}
            yield Poll(msgspec.structs.replace(one, **changes, **times))


def _target(number: int) -> Target:
    return Target("gateway.test", RANKLIST.name, room_id(number))


def _richer(entry: RankEntry, poll: int, place: dict[str, str]) -> RankEntry:
    score = None if entry.score is None else entry.score + poll * (101 - entry.rank)
    return msgspec.structs.replace(entry, score=score, **place)
