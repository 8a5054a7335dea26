"""What keeps ready rooms from being leased, and how long a worker waits."""

import asyncio
from time import monotonic

from redis import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome, Settled
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import GATE, HOUR, INBOX, LONG, ROOM, lease_one, leased_ids, settle
from tests.redis_cluster import queue_client

SERVERS = ["single", "cluster"]


# Gates


async def test_a_held_queue_leases_nothing_until_the_hold_is_over(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    await queue.control.hold(120)
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.state) == ([], "held")
    assert 0 < grant.wait_ms <= 120
    await asyncio.sleep(grant.wait_ms / 1000 + 0.01)
    grant = await queue.lease("w", 10, LONG)
    assert ([lease.room_id for lease in grant.leases], grant.state) == ([ROOM], "run")


async def test_a_shorter_hold_does_not_cut_a_longer_one(queue: RoomQueue) -> None:
    await queue.control.hold(HOUR)
    await queue.control.hold(10)
    assert (await queue.lease("w", 1, LONG)).wait_ms > HOUR - 10_000


async def test_a_stopped_queue_leases_nothing_and_says_why(queue: RoomQueue) -> None:
    await queue.push([Job(ROOM)])
    await queue.control.stop("the token is refused")
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.state, grant.reason) == ([], "stopped", "the token is refused")
    await queue.control.resume()
    assert await leased_ids(queue) == [ROOM]


async def test_a_paused_queue_leases_nothing(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    redis.hset(GATE, "paused", "1")
    grant = await queue.lease("w", 10, LONG)
    assert (grant.leases, grant.state, grant.pending) == ([], "paused", 1)
    assert grant.wait_ms > 0
    redis.hdel(GATE, "paused")
    assert await leased_ids(queue) == [ROOM]


async def test_a_paused_queue_takes_settlements(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([Job(ROOM)])
    lease = await lease_one(queue)
    redis.hset(GATE, "paused", "1")
    assert await settle(queue, lease, Outcome.DONE) is Settled.KEPT


# Waits


async def test_there_is_no_wait_while_more_is_ready(queue: RoomQueue) -> None:
    await queue.push([Job("1"), Job("2")])
    assert (await queue.lease("w", 1, LONG)).wait_ms == 0
    assert (await queue.lease("w", 1, LONG)).wait_ms > 0


async def test_there_is_no_wait_while_more_stands_in_the_inbox(queue: RoomQueue, redis: Redis) -> None:
    redis.rpush(INBOX, *range(1, 400))
    assert (await queue.lease("w", 500, LONG)).wait_ms == 0


async def test_waiting_ends_soon_after_a_push(queue: RoomQueue, redis: Redis) -> None:
    waiting = asyncio.create_task(queue.inbox.wait(5))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    pushed_at = monotonic()
    redis.lpush(INBOX, ROOM)
    assert await waiting
    assert monotonic() - pushed_at < 0.2
    assert redis.lrange(queue.inbox.intake, 0, -1) == [ROOM]
    assert await leased_ids(queue) == [ROOM]


async def test_waiting_ends_when_its_seconds_are_over(queue: RoomQueue) -> None:
    began = monotonic()
    assert not await queue.inbox.wait(1)
    assert 0.9 < monotonic() - began < 1.5


async def test_waiting_ends_where_the_clients_own_timeout_is_shorter(redis_url: str) -> None:
    impatient = RoomQueue(queue_client(redis_url, socket_timeout=0.2, retry=Retry(NoBackoff(), 0)))
    assert not await impatient.inbox.wait(5)
    await impatient.close()
