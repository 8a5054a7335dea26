"""How a queue is doing: the same cost for a million rooms as for ten."""

from collections.abc import Sequence
from typing import Any

import msgspec

from rankcrawler.queue import definition
from rankcrawler.queue.lease import Depth
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.roster import HEAD_START_MS

ALIVE_MS = 60_000
"""A worker not heard of for so long counts as gone: a busy one renews its leases three times in LEASE_SECONDS."""
_NEXT = 256


class WorkerSeen(msgspec.Struct, frozen=True):
    """A worker that leased, settled or renewed of late; times are ms since 1970."""

    name: str
    since: int
    seen: int


class Status(msgspec.Struct, frozen=True):
    """One look at a queue. Times are ms since 1970 on the server's clock, and spans ms."""

    now: int
    state: str
    """`run`, `stopped`, `paused` or `held`."""
    reason: str
    """Why it is stopped."""
    inbox_kind: str
    """The type of the inbox's key, `none` where it is empty; what is no list, set or zset is not read."""
    depth: Depth
    missed: int
    """Ticks of recurring rooms that went by without a poll."""
    counters: dict[str, int]
    """What has happened since the queue began: pushed, done, unchanged (of those), retry, defer, release,
    dead, retired, expired, unreadable."""
    overdue: int
    """How late the latest of the rooms is that come next; 0 where none is late."""
    lag_p50: int | None
    """How late the last thousand leases were; None before the first."""
    lag_p95: int | None
    per_minute: int
    """Leases that were settled in the last whole minute."""
    workers: list[WorkerSeen]
    held_until: int | None
    rate: float | None
    burst: int | None
    max_inflight: int | None


async def status(queue: RoomQueue) -> Status:
    """Look at a queue."""
    depth, now = await queue.depth(), await queue.now()
    pipe: Any = queue.redis.pipeline(transaction=True)
    pipe.type(queue.inbox).hgetall(queue.key("st")).hgetall(queue.key("ctl")).lrange(queue.key("lag"), 0, -1)
    pipe.zrange(queue.key("wrk"), 0, -1, withscores=True).hgetall(queue.key("born"))
    pipe.zrange(queue.key("sched"), 0, 0, withscores=True)
    pipe.zrange(queue.key("ready"), 0, _NEXT - 1, withscores=True)
    kind, counters, ctl, lags, seen, born, sched, ready = await pipe.execute()
    knobs = {name.decode(): value.decode(errors="replace") for name, value in ctl.items()}
    counted = {name.decode(): int(value) for name, value in sorted(counters.items()) if name != b"recurring"}
    held_until = int(knobs.get("hold_until") or 0)
    paused, reason = knobs.get("paused") == "1", knobs.get("stopped", "")
    return Status(
        now=now,
        state="stopped" if reason else "paused" if paused else "held" if held_until > now else "run",
        reason=reason,
        inbox_kind=kind.decode(),
        depth=depth,
        missed=counted.pop("missed", 0),
        counters=counted,
        overdue=max(0, *(now - due for due in [now, *await _dues(queue, ready), *(int(score) for _, score in sched)])),
        lag_p50=_share(sorted(map(int, lags)), 0.5),
        lag_p95=_share(sorted(map(int, lags)), 0.95),
        per_minute=_settled(knobs, now // 60_000),
        workers=[
            WorkerSeen(name.decode(errors="replace"), int(born.get(name, at)), int(at))
            for name, at in seen
            if at > now - ALIVE_MS
        ],
        held_until=held_until if held_until > now else None,
        rate=float(knobs["rate"]) if "rate" in knobs else None,
        burst=int(knobs["burst"]) if "burst" in knobs else None,
        max_inflight=int(knobs["max_inflight"]) if "max_inflight" in knobs else None,
    )


async def _dues(queue: RoomQueue, ready: Sequence[tuple[bytes, float]]) -> list[int]:
    if not ready:
        return []
    definitions: list[Any] = await queue.redis.hmget(queue.key("def"), [name for name, _ in ready])
    priorities = (definition.read((text or b"").decode()).priority for text in definitions)
    return [int(score) + priority * HEAD_START_MS for (_, score), priority in zip(ready, priorities, strict=True)]


def _settled(knobs: dict[str, str], minute: int) -> int:
    """In the minute before this one."""
    last = int(knobs.get("minute") or 0)
    return int(knobs.get({minute: "settled_before", minute - 1: "settled"}.get(last, "")) or 0)


def _share(ordered: Sequence[int], share: float) -> int | None:
    """The smallest of the numbers that such a share of them does not exceed."""
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)] if ordered else None
