"""Lists to be stored: a simulated day of rooms, and lists of which nothing is like the one before."""

from collections.abc import Iterator
from itertools import cycle, islice

import msgspec

from benchmarks.answer import lists
from rankcrawler.clock import iso
from rankcrawler.gateways import wire
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.simulator.answer import ranklist_answer
from rankcrawler.simulator.world import World

START = 1_790_000_000_000
MINUTE = 60_000
FIRST_ROOM = 7_300_000_000_000_000_000


def room_id(number: int) -> str:
    """The id of a room of a benchmark."""
    return str(FIRST_ROOM + 7919 * number)


def a_day(rooms: int, minutes: int) -> Iterator[RoomSnapshot]:
    """The simulator's rooms, one poll a minute: most lists change a little, some not at all."""
    world = World(1)
    for minute in range(minutes):
        now = START + minute * MINUTE
        for number in range(rooms):
            ranklist = world.rank_list(room_id(number), now)
            if ranklist is not None:
                answer = wire.read(ranklist_answer(ranklist))
                yield wire.snapshot(answer, wire.Poll("gateway.test", room_id(number), None, now + 200))


def new_rooms(rooms: int) -> Iterator[RoomSnapshot]:
    """Rooms that are polled once, each with a list of a hundred; who is in it was in others."""
    answers = [wire.read(body) for body in lists(500, 100, START)]
    for number, answer in enumerate(islice(cycle(answers), rooms)):
        yield wire.snapshot(answer, wire.Poll("gateway.test", room_id(number), None, START))


def restless(rooms: int, polls: int) -> Iterator[RoomSnapshot]:
    """One poll a minute, and in every poll all scores have risen: each list is written whole."""
    first = list(new_rooms(min(rooms, 500)))
    for poll in range(polls):
        for number in range(rooms):
            one = first[number % len(first)]
            moment = iso(START + poll * MINUTE)
            place = {"room_id": room_id(number), "captured_at": moment, "polled_at": moment}
            entries = tuple(_richer(entry, poll, place) for entry in one.entries)
            digest = f"{poll:08x}{one.digest[8:]}"
            yield msgspec.structs.replace(one, entries=entries, digest=digest, **place)


def _richer(entry: RankEntry, poll: int, place: dict[str, str]) -> RankEntry:
    score = None if entry.score is None else entry.score + poll * (101 - entry.rank)
    return msgspec.structs.replace(entry, score=score, **place)
