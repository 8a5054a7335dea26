"""The state of a queue in figures; costs the same for a million rooms as for ten."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from rankcrawler.queue import definition, safety
from rankcrawler.queue.lease import Depth
from rankcrawler.queue.limits import ALIVE_MS, HEAD_START_MS, MINUTE_MS
from rankcrawler.queue.room_queue import RoomQueue

T = TypeVar("T", int, float)

_REASONS = 3
_NEXT = 256
"""How many of the ready rooms are checked for being late, and of the failing ones for why they fail."""


class WorkerSeen(msgspec.Struct, frozen=True):
    """A worker that leased, settled or renewed lately; times are ms since 1970."""

    name: str
    since: int
    seen: int


class Status(msgspec.Struct, frozen=True):
    """The figures of one moment. Times are ms since 1970 on the server's clock, and spans ms."""

    now: int
    state: str
    """`run`, `stopped`, `paused` or `held`."""
    reason: str
    """Why it is stopped."""
    inbox_kind: str
    """The type of the inbox's key, `none` if it is empty; only lists, sets and sorted sets are read."""
    depth: Depth
    missed: int
    """Ticks of recurring rooms that passed without a poll."""
    counters: dict[str, int]
    """Events since the queue began: pushed, done, unchanged (a part of done), retry, defer, release, dead, retired,
    expired, unreadable."""
    overdue: int
    """How late the latest of the next rooms is; 0 if none is late."""
    failing_since: int | None
    """When the room that has been failing for longest began to fail; None if no room is failing."""
    failing_reasons: dict[str, int]
    """Why rooms are failing, the most frequent reasons first, each with how many rooms of those that were checked."""
    lag_p50: int | None
    """How late the last thousand leases were; None before the first."""
    lag_p95: int | None
    per_minute: int
    """Leases settled in the last whole minute."""
    workers: list[WorkerSeen]
    held_until: int | None
    rate: float | None
    burst: int | None
    max_inflight: int | None
    warnings: list[str]
    """How the server may lose rooms."""
    budget: int | None = None
    """Calls that the fleet may make a day, if a worker has a budget."""
    spent: int = 0
    """Calls of the day's budget that are made."""
    day_ends: int | None = None


class _Readings(NamedTuple):
    """What the keys of lua/keys.lua hold. Not read in a transaction: a server that is out of memory refuses those."""

    inbox_kind: bytes
    counters: dict[bytes, bytes]
    control: dict[bytes, bytes]
    lags: list[bytes]
    workers: list[tuple[bytes, float]]
    born: dict[bytes, bytes]
    scheduled: list[tuple[bytes, float]]
    ready: list[tuple[bytes, float]]
    failing: list[tuple[bytes, float]]


async def status(queue: RoomQueue) -> Status:
    """The figures of a queue."""
    depth, now = await queue.depth(), await queue.now()
    read = await _read(queue)
    knobs = await queue.gate.knobs()
    counters = {name.decode(): int(value) for name, value in sorted(read.counters.items()) if name != b"recurring"}
    budget, spent, day_ends = _spending(knobs, now)
    held_until = int(knobs.get("hold_until") or 0)
    if budget is not None and spent >= budget:
        held_until = max(held_until, day_ends or 0)
    lags = sorted(map(int, read.lags))
    return Status(
        now=now,
        state=_state(knobs, is_held=held_until > now),
        reason=knobs.get("stopped", ""),
        inbox_kind=read.inbox_kind.decode(),
        depth=depth,
        missed=counters.pop("missed", 0),
        counters=counters,
        overdue=max(0, *(now - due for due in (now, *await _dues(queue, read)))),
        failing_since=int(read.failing[0][1]) if read.failing else None,
        failing_reasons=await _reasons(queue, [name for name, _ in read.failing]),
        lag_p50=_percentile(lags, 0.5),
        lag_p95=_percentile(lags, 0.95),
        per_minute=_settled(read.control, now // MINUTE_MS),
        workers=_workers(read, now),
        held_until=held_until if held_until > now else None,
        rate=_number(knobs, "rate", float),
        burst=_number(knobs, "burst", int),
        max_inflight=_number(knobs, "max_inflight", int),
        warnings=await safety.warnings(queue),
        budget=budget,
        spent=spent,
        day_ends=day_ends,
    )


async def _read(queue: RoomQueue) -> _Readings:
    pipe: Any = queue.redis.pipeline(transaction=False)
    pipe.type(queue.inbox.key).hgetall(queue.key("st")).hgetall(queue.key("ctl")).lrange(queue.key("lag"), 0, -1)
    pipe.zrange(queue.key("wrk"), 0, -1, withscores=True).hgetall(queue.key("born"))
    pipe.zrange(queue.key("sched"), 0, 0, withscores=True)
    pipe.zrange(queue.key("ready"), 0, _NEXT - 1, withscores=True)
    pipe.zrange(queue.key("failing"), 0, _NEXT - 1, withscores=True)
    return _Readings(*await pipe.execute())


def _spending(knobs: Mapping[str, str], now: int) -> tuple[int | None, int, int | None]:
    """The day's budget, how much of it is spent, and when the day ends; a day that is over has spent nothing."""
    budget, ends = _number(knobs, "budget", int), _number(knobs, "day_ends", int)
    if budget is None or ends is None or ends <= now:
        return budget, 0, None
    return budget, int(knobs.get("spent") or 0), ends


def _state(knobs: Mapping[str, str], *, is_held: bool) -> str:
    if knobs.get("stopped"):
        return "stopped"
    if knobs.get("paused") == "1":
        return "paused"
    return "held" if is_held else "run"


def _workers(read: _Readings, now: int) -> list[WorkerSeen]:
    return [
        WorkerSeen(name.decode(errors="replace"), int(read.born.get(name, at)), int(at))
        for name, at in read.workers
        if at > now - ALIVE_MS
    ]


async def _dues(queue: RoomQueue, read: _Readings) -> list[int]:
    """When the next rooms are or were due."""
    dues = [int(score) for _, score in read.scheduled]
    if read.ready:
        texts: list[Any] = await queue.redis.hmget(queue.key("def"), [name for name, _ in read.ready])
        points = (definition.read((text or b"").decode()).schedule.priority or 0 for text in texts)
        dues += [int(score) + ahead * HEAD_START_MS for (_, score), ahead in zip(read.ready, points, strict=True)]
    return dues


async def _reasons(queue: RoomQueue, names: list[bytes]) -> dict[str, int]:
    """The most frequent reasons of the last failures of these rooms."""
    if not names:
        return {}
    histories: Any = await queue.redis.hmget(queue.key("att"), names)
    reasons = Counter(each.decode(errors="replace").split(":", 2)[2] for each in histories if each)
    return dict(reasons.most_common(_REASONS))


def _settled(control: Mapping[bytes, bytes], minute: int) -> int:
    """Leases settled in the minute before this one."""
    last = int(control.get(b"minute") or 0)
    return int(control.get({minute: b"settled_before", minute - 1: b"settled"}.get(last, b"")) or 0)


def _percentile(ordered: Sequence[int], share: float) -> int | None:
    """The smallest of the numbers that this share of them does not exceed; None if there are none."""
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)] if ordered else None


def _number(knobs: Mapping[str, str], name: str, kind: Callable[[str], T]) -> T | None:
    return kind(knobs[name]) if name in knobs else None
