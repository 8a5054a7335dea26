"""A worker that waits for rooms, and what wakes it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from statistics import median
from time import monotonic

import pytest
from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import INBOX
from tests.working import client, consuming, rooms, until, working

SERVERS = ["single", "cluster"]


async def test_a_waiting_worker_says_so(queue: RoomQueue) -> None:
    await queue.push(rooms(1))
    async with working(queue) as worker, consuming(worker) as consumer:
        lease = await consumer.has(1)
        await asyncio.sleep(0.05)
        assert not worker.tally.waiting
        worker.settle(lease, Outcome.DONE)
        await until(lambda: worker.tally.waiting)


async def test_a_waiting_worker_picks_up_a_push_at_once(queue: RoomQueue, redis: Redis) -> None:
    delays = []
    async with working(queue) as worker, consuming(worker) as consumer:
        for n in range(1, 8):
            await until(lambda: worker.tally.waiting)
            await asyncio.sleep(0.03)
            pushed_at = monotonic()
            redis.lpush(INBOX, str(n))
            lease = await consumer.has(n)
            delays.append(monotonic() - pushed_at)
            worker.settle(lease, Outcome.DONE)
    assert median(delays) < 0.1


RINGS: dict[str, Callable[[RoomQueue], Awaitable[object]]] = {
    "a push": lambda queue: queue.push([Job("2")]),
    "a resumption": lambda queue: queue.control.resume(),
    "a retry": lambda queue: queue.dead_letters.retry(["3"]),
    "a higher rate": lambda queue: queue.control.set_rate(1000.0),
}


@pytest.mark.parametrize("ring", RINGS)
async def test_a_waiting_worker_hears_at_once_that_it_may_lease(queue: RoomQueue, redis_url: str, ring: str) -> None:
    await queue.push([Job("3")])
    await queue.settle([Settlement((await queue.lease("x", 1, 1000)).leases[0], Outcome.DEAD)])
    if ring == "a resumption":
        await queue.control.pause()
    if ring == "a higher rate":
        await queue.control.set_rate(1e-4, 1)
    if ring in ("a resumption", "a higher rate"):
        await queue.push([Job("1"), Job("2")])
    async with working(client(redis_url)) as worker, consuming(worker) as consumer:
        before = int(ring == "a higher rate")
        await until(lambda: len(consumer.leases) == before)
        await asyncio.sleep(0.15)
        assert len(consumer.leases) == before
        rung_at = monotonic()
        await RINGS[ring](queue)
        await until(lambda: len(consumer.leases) > before)
        assert monotonic() - rung_at < 0.5


async def test_rooms_that_a_worker_gives_back_wake_another(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(3))
    leases = (await queue.lease("x", 3, 30_000)).leases
    async with working(client(redis_url)) as worker, consuming(worker) as consumer:
        await asyncio.sleep(0.15)
        released_at = monotonic()
        await queue.settle([Settlement(lease, Outcome.RELEASE) for lease in leases])
        await consumer.has(3)
        assert monotonic() - released_at < 0.5


async def test_pushes_wake_as_many_workers_as_it_takes(queue: RoomQueue, redis: Redis, redis_url: str) -> None:
    async with (
        working(client(redis_url), window=2) as first,
        working(client(redis_url), window=2) as second,
        working(client(redis_url), window=2) as third,
        consuming(first) as one,
        consuming(second) as two,
        consuming(third) as three,
    ):
        await until(lambda: first.tally.waiting and second.tally.waiting and third.tally.waiting)
        await asyncio.sleep(0.1)
        redis.lpush(INBOX, *[json.dumps({"room_id": room}) for room in range(1, 7)])
        pushed_at = monotonic()
        await until(lambda: sum(len(each.leases) for each in (one, two, three)) == 6)
        assert monotonic() - pushed_at < 0.5
    del queue


async def test_a_push_that_woke_a_worker_without_room_goes_to_another(
    queue: RoomQueue, redis: Redis, redis_url: str
) -> None:
    async with working(client(redis_url), window=1) as full, consuming(full) as one:
        await until(lambda: full.tally.waiting)
        await asyncio.sleep(0.1)  # it waits at the inbox, and goes on to when a room comes by another way
        await queue.push(rooms(1))
        await one.has(1)
        async with working(client(redis_url), window=1) as other, consuming(other) as two:
            await until(lambda: other.tally.waiting)
            redis.lpush(INBOX, "2")
            pushed_at = monotonic()
            await two.has(1)
            assert monotonic() - pushed_at < 0.5


async def test_a_retry_sooner_than_the_nap_is_picked_up_on_time(queue: RoomQueue) -> None:
    await queue.push(rooms(1))
    async with working(queue) as worker, consuming(worker) as consumer:
        lease = await consumer.has(1)
        await asyncio.sleep(0.05)
        worker.settle(lease, Outcome.RETRY, delay=0.25)
        settled_at = monotonic()
        assert (await consumer.has(2)).attempt == 2
        assert 0.24 <= monotonic() - settled_at < 0.45
