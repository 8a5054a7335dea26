"""What tests of the queue share: jobs, the keys of the default inbox, and the marks of the server's clock."""

import asyncio
import json
from collections.abc import Sequence
from itertools import pairwise
from time import monotonic
from typing import NamedTuple

from redis import Redis

from rankcrawler.model.schedules import Schedule
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue

INBOX = "ranklist:start_urls"
ROOM = "7301234567890123457"  # as a float it would be …3504
ANCHOR = "6812345678901234567"
MINUTE = 60_000
HOUR = 60 * MINUTE
LONG = 60_000


def job(
    room_id: str,
    anchor_id: str | None = None,
    *,
    every: float | None = None,
    every_max: float | None = None,
    priority: int | None = None,
) -> Job:
    """A job with that schedule."""
    return Job(room_id, anchor_id, Schedule(every, every_max, priority))


def key(name: str) -> str:
    """The key with that name in lua/keys.lua."""
    return f"rc:{{{INBOX}}}:{name}"


GATE = "rc:{fleet:start_urls}:gate"
"""What holds and limits the queues of all kinds; in a cluster of three its server is that of the default inbox."""


def server_now(redis: Redis) -> int:
    """The server's clock, in ms since 1970."""
    seconds, microseconds = redis.time()
    return int(seconds) * 1000 + int(microseconds) // 1000


def schedule(redis: Redis, room: str, due_ms: int) -> None:
    """Make a room that is ready or scheduled due at that time."""
    redis.zrem(key("ready"), room)
    redis.zadd(key("sched"), {room: due_ms})


def expire(redis: Redis, lease: Lease) -> None:
    """Let a lease expire now."""
    redis.zadd(key("lease"), {lease.room_id: 1})


def place_of(redis: Redis, room: str) -> str:
    """The key that holds the room; several names if several do."""
    return " ".join(name for name in ("ready", "sched", "lease", "dead") if redis.zscore(key(name), room) is not None)


def due_of(redis: Redis, room: str) -> int:
    """When a scheduled room is due."""
    due = redis.zscore(key("sched"), room)
    assert due is not None, f"{room} is not scheduled"
    return int(due)


def letter(redis: Redis, name: str) -> dict[str, object]:
    """The dead letter of that name."""
    text = redis.hget(key("info"), name)
    assert text is not None, f"there is no letter of {name}"
    return dict(json.loads(text))


async def lease_one(queue: RoomQueue, worker: str = "w") -> Lease:
    """The one room that is ready, leased."""
    (lease,) = (await queue.lease(worker, 1, LONG)).leases
    return lease


async def leased_ids(queue: RoomQueue, n: int = 10) -> list[str]:
    """The rooms that a call for n leases gets."""
    return [lease.room_id for lease in (await queue.lease("w", n, LONG)).leases]


async def settle(queue: RoomQueue, lease: Lease, outcome: Outcome, delay_ms: int = 0, reason: str = "") -> Settled:
    """Settle one lease."""
    (answer,) = await queue.settle([Settlement(lease, outcome, delay_ms, reason)])
    return answer


class Taking(NamedTuple):
    """A call for as many rooms as there may be: when it began and ended, in seconds of a clock, and what it got."""

    began: float
    ended: float
    rooms: int


async def take(queue: RoomQueue) -> tuple[Taking, float]:
    """Lease all that may be leased; returns also the seconds until there may be more."""
    began = monotonic()
    grant = await queue.lease("w", 500, LONG)
    return Taking(began, monotonic(), len(grant.leases)), grant.wait_ms / 1000


async def takings(*queues: RoomQueue, seconds: float) -> list[Taking]:
    """Those of workers that take whatever there is, one at each queue, once all that had gathered is gone."""
    found = [(await take(queues[0]))[0]]
    until = monotonic() + seconds

    async def work(queue: RoomQueue) -> None:
        while (left := until - monotonic()) > 0:
            taking, wait = await take(queue)
            found.append(taking)
            await asyncio.sleep(min(wait, left))

    await asyncio.gather(*map(work, queues))
    return found


def assert_flow(found: Sequence[Taking], rate: float, burst: int) -> None:
    """That a rate gave what it allows in the time that passed: no more, and no less but for what flowed over.

    A bucket that was emptied flows over once nobody has come for longer than it takes to fill: a machine that is busy
    elsewhere may keep workers from coming.
    """
    first, *rest = sorted(found, key=lambda each: each.ended)
    given = sum(each.rooms for each in rest)
    over = (rate * (later.ended - sooner.began) - burst + 1 for sooner, later in pairwise([first, *rest]))
    least = rate * (rest[-1].began - first.ended) - sum(more for more in over if more > 0)
    most = rate * (rest[-1].ended - first.began)
    assert least - 1 <= given <= most + 1
