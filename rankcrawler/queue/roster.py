"""Reads the rooms that a queue holds, in batches: listing a million rooms never blocks the server for long."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple

import msgspec

from rankcrawler.model.schedules import ONCE, Schedule
from rankcrawler.queue import definition
from rankcrawler.queue.definition import Definition
from rankcrawler.queue.limits import HEAD_START_MS
from rankcrawler.queue.room_queue import RoomQueue

STATES = {"ready": "ready", "scheduled": "sched", "leased": "lease", "dead": "dead", "retired": "retired"}
"""The states of a room, each with the name of its key in lua/keys.lua."""
FAILING = "failing"
"""No state but a mark: of recurring rooms that have used up their attempts, and are ready, scheduled or leased."""
_GONE = ("dead", "retired")
_HASHES = ("own", "def", "att", "info", "pace")
_BATCH = 2000


class Room(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the queue knows about a room, or about a dead letter that names none. Times are the server's, in ms."""

    room_id: str
    state: str
    """One of STATES."""
    due: int | None = None
    """When it is or was due; None for dead and retired rooms."""
    attempts: int = 0
    """Polls that failed since the last success."""
    schedule: Schedule = ONCE
    anchor_id: str | None = None
    worker: str | None = None
    """The worker that leases it."""
    expires: int | None = None
    """When the lease expires."""
    pushed_again: bool = False
    """Whether it was pushed while leased, and so will be polled once more."""
    died: int | None = None
    """When it died or was retired."""
    reason: str | None = None
    """Why it died or was retired."""
    raw: str | None = None
    """The beginning of an entry that names no room."""
    interval: float | None = None
    """Seconds between polls at present, if the schedule has an `every_max`."""
    failing_since: int | None = None
    """If it is failing: when the first poll since the last success that failed was due."""
    last: str | None = None
    """Result of the last poll: changed, unchanged, or why there was no list. None before it, and for dead rooms."""

    def fields(self) -> dict[str, Any]:
        """The fields that are not at their defaults, with those of the schedule on the same level."""
        fields: dict[str, Any] = {}
        for name, value in msgspec.to_builtins(self).items():
            fields |= {key: each for key, each in value.items() if each} if name == "schedule" else {name: value}
        return fields


class _Record(NamedTuple):
    """What the hashes of lua/keys.lua, and the set `again`, hold about one room."""

    own: bytes | None
    definition: bytes | None
    attempts: bytes | None
    info: bytes | None
    pace: bytes | None
    again: int
    failing: float | None


async def rooms(queue: RoomQueue, state: str) -> AsyncIterator[Room]:
    """Every room in a state, ordered by when it was due or died. May miss rooms that move meanwhile."""
    key, start = queue.key(STATES[state]), 0
    while batch := await _batch(queue, key, start):
        records = await _records(queue, [name for name, _ in batch])
        for (name, score), record in zip(batch, records, strict=True):
            yield _room(name.decode(), state, int(score), record)
        start += len(batch)


async def dead_since(queue: RoomQueue, since_ms: int, limit: int) -> list[Room]:
    """The first `limit` dead letters from a moment on, by when they died."""
    key = queue.key(STATES["dead"])
    answer: Any = await queue.redis.zrange(key, since_ms, "+inf", byscore=True, offset=0, num=limit, withscores=True)
    records = await _records(queue, [name for name, _ in answer]) if answer else []
    pairs = zip(answer, records, strict=True)
    return [_room(name.decode(), "dead", int(score), record) for (name, score), record in pairs]


async def failing(queue: RoomQueue) -> AsyncIterator[Room]:
    """Every room that is failing, the one that has failed for longest first."""
    start = 0
    while batch := await _batch(queue, queue.key(FAILING), start):
        for room in await find(queue, [name.decode() for name, _ in batch]):
            if room is not None and room.failing_since is not None:
                yield room
        start += len(batch)


async def find(queue: RoomQueue, names: Iterable[str]) -> list[Room | None]:
    """What the queue knows about each room; None for a room that it does not know."""
    # A room that moves while its places are read is missed: it is looked for twice.
    return [await _find(queue, name) or await _find(queue, name) for name in names]


async def _batch(queue: RoomQueue, key: str, start: int) -> list[tuple[bytes, float]]:
    answer: Any = await queue.redis.zrange(key, start, start + _BATCH - 1, withscores=True)
    return [(name, float(score)) for name, score in answer]


async def _find(queue: RoomQueue, name: str) -> Room | None:
    pipe: Any = queue.redis.pipeline(transaction=False)
    for key in STATES.values():
        pipe.zscore(queue.key(key), name)
    scores = await pipe.execute()
    found = [(state, score) for state, score in zip(STATES, scores, strict=True) if score is not None]
    if not found:
        return None
    (record,) = await _records(queue, [name.encode()])
    return _room(name, found[0][0], int(found[0][1]), record)


async def _records(queue: RoomQueue, names: list[bytes]) -> list[_Record]:
    pipe: Any = queue.redis.pipeline(transaction=False)
    for key in _HASHES:
        pipe.hmget(queue.key(key), names)
    pipe.smismember(queue.key("again"), names)
    pipe.zmscore(queue.key("failing"), names)
    return list(map(_Record._make, zip(*await pipe.execute(), strict=True)))


def _room(name: str, state: str, score: int, record: _Record) -> Room:
    """The room with that name; the score is its member's in the sorted set of its state."""
    if state in _GONE:
        return _gone(name, state, score, record)
    defined = definition.read((record.definition or b"").decode())
    worker, due = _owner(record) if state == "leased" else (None, None)
    attempts, reason = _history(record)
    return Room(
        name,
        state,
        due=due if state == "leased" else score + _head_start(state, defined),
        attempts=attempts,
        schedule=defined.schedule,
        anchor_id=defined.anchor_id,
        worker=worker,
        expires=score if state == "leased" else None,
        pushed_again=bool(record.again),
        interval=_interval(defined.schedule, record),
        failing_since=None if record.failing is None or not attempts else int(record.failing),
        last=reason or defined.last,
    )


def _gone(name: str, state: str, died: int, record: _Record) -> Room:
    """A dead or retired room, which has only its dead letter left."""
    letter = msgspec.json.decode((record.info or b"{}").decode(errors="replace"))
    defined = definition.read(letter.get("definition", ""))
    return Room(
        name,
        state,
        attempts=letter.get("attempts", 0),
        schedule=defined.schedule,
        anchor_id=defined.anchor_id,
        died=died,
        reason=letter.get("reason"),
        raw=letter.get("raw"),
        interval=_interval(defined.schedule, record),
    )


def _head_start(state: str, defined: Definition) -> int:
    """How far ahead of its due time a room stands in the sorted set of its state, in ms."""
    return (defined.schedule.priority or 0) * HEAD_START_MS if state == "ready" else 0


def _owner(record: _Record) -> tuple[str | None, int | None]:
    """The worker that holds the lease, and when the room was due."""
    if not record.own:
        return None, None
    _, due, worker = record.own.decode().split(":", 2)
    return worker or None, int(due)


def _history(record: _Record) -> tuple[int, str]:
    """How many polls failed since the last success, and the reason of the last."""
    attempts, _, reason = (record.attempts or b"0::").decode(errors="replace").split(":", 2)
    return int(attempts), reason


def _interval(schedule: Schedule, record: _Record) -> float | None:
    return (schedule.every or 0) * int(record.pace or 1) if schedule.every_max else None
