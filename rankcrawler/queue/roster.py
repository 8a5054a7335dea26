"""The rooms that a queue holds, read and not changed: in parts, so that a million of them keep nobody waiting."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple

import msgspec

from rankcrawler.queue import definition
from rankcrawler.queue.room_queue import RoomQueue

STATES = {"ready": "ready", "scheduled": "sched", "leased": "lease", "dead": "dead", "retired": "retired"}
"""Where a room may be → the key of it."""
HEAD_START_MS = 60_000
_LEFT = ("dead", "retired")
_PART = 500


class Room(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the queue knows of one room, or of a dead letter that is none. Times are ms since 1970, the server's own."""

    room_id: str
    state: str
    """One of STATES."""
    due: int | None = None
    """When it is, or was, due; None for the dead and the retired."""
    attempts: int = 0
    """Polls that failed since the last success."""
    every: float | None = None
    """Seconds between polls; None polls once."""
    priority: int = 0
    anchor_id: str | None = None
    worker: str | None = None
    """Who has leased it."""
    expires: int | None = None
    """When the lease ends by itself."""
    pushed_again: bool = False
    """Whether it was pushed while leased, and so will be polled once more."""
    died: int | None = None
    """When it died, or was retired."""
    reason: str | None = None
    """Why it did, or was."""
    raw: str | None = None
    """What was pushed, where it names no room: its beginning."""
    every_max: float | None = None
    """Up to how many seconds lie between polls while the list stays the same; None where the room does not adapt."""
    interval: float | None = None
    """How many they are now, where it does."""
    last: str | None = None
    """What came of its last poll: changed, unchanged, or why there was no list; None before it, and of the dead."""


class _Written(NamedTuple):
    """What the hashes and the set of lua/keys.lua hold of one room."""

    own: bytes | None
    definition: bytes | None
    attempts: bytes | None
    info: bytes | None
    pace: bytes | None
    again: int


async def rooms(queue: RoomQueue, state: str) -> AsyncIterator[Room]:
    """Every room of a state, those first that were due, or died, first. What moves meanwhile may be missed."""
    key, start = queue.key(STATES[state]), 0
    while part := await _part(queue, key, start):
        written = await _written(queue, [name for name, _ in part])
        for (name, score), each in zip(part, written, strict=True):
            yield _room(name.decode(), state, int(score), each)
        start += len(part)


async def find(queue: RoomQueue, names: Iterable[str]) -> list[Room | None]:
    """What the queue knows of each; None where it knows nothing."""
    return [await _find(queue, name) for name in names]


async def _part(queue: RoomQueue, key: str, start: int) -> list[tuple[bytes, float]]:
    answer: Any = await queue.redis.zrange(key, start, start + _PART - 1, withscores=True)
    return [(name, float(score)) for name, score in answer]


async def _find(queue: RoomQueue, name: str) -> Room | None:
    pipe = queue.redis.pipeline(transaction=True)
    for key in STATES.values():
        pipe.zscore(queue.key(key), name)
    _ask(queue, pipe, name.encode())
    answers = await pipe.execute()
    scores, written = answers[: len(STATES)], _Written(*answers[len(STATES) :])
    found = [(state, score) for state, score in zip(STATES, scores, strict=True) if score is not None]
    return _room(name, found[0][0], int(found[0][1]), written) if found else None


async def _written(queue: RoomQueue, names: list[bytes]) -> list[_Written]:
    pipe = queue.redis.pipeline(transaction=False)
    for name in names:
        _ask(queue, pipe, name)
    answers = await pipe.execute()
    width = len(_Written._fields)
    return [_Written(*answers[i : i + width]) for i in range(0, len(answers), width)]


def _ask(queue: RoomQueue, pipe: Any, name: bytes) -> None:
    for key in ("own", "def", "att", "info", "pace"):
        pipe.hget(queue.key(key), name)
    pipe.sismember(queue.key("again"), name)


def _room(name: str, state: str, score: int, written: _Written) -> Room:
    """The score is a time, whose meaning depends on the state."""
    letter: dict[str, Any] = (
        msgspec.json.decode(written.info.decode(errors="replace")) if state in _LEFT and written.info else {}
    )
    defined = definition.read(letter.get("definition") or (written.definition or b"").decode())
    token, due, worker = written.own.decode().split(":", 2) if state == "leased" and written.own else ("", "", "")
    dues = {
        "ready": score + defined.priority * HEAD_START_MS,
        "scheduled": score,
        "leased": int(due) if token else None,
    }
    attempts, _, reason = (written.attempts or b"0::").decode(errors="replace").split(":", 2)
    return Room(
        name,
        state,
        due=dues.get(state),
        attempts=letter.get("attempts") or int(attempts),
        every=defined.every,
        every_max=defined.every_max,
        interval=(defined.every or 0) * int(written.pace or 1) if defined.every_max else None,
        priority=defined.priority,
        anchor_id=defined.anchor_id,
        worker=worker or None,
        expires=score if state == "leased" else None,
        pushed_again=bool(written.again),
        died=score if state in _LEFT else None,
        reason=letter.get("reason"),
        raw=letter.get("raw"),
        last=None if letter else reason or defined.last,
    )
