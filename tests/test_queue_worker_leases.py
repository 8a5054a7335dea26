"""How a worker keeps its leases, and notices that it has lost one."""

import asyncio
from collections.abc import Sequence

from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import INBOX
from tests.redis_cluster import queue_client
from tests.working import LEASE, client, consuming, rooms, until, working

SERVERS = ["single", "cluster"]


async def test_a_lease_held_longer_than_its_ttl_is_renewed(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(3))
    other = client(redis_url)
    async with working(queue, ttl=0.3) as worker, consuming(worker) as consumer:
        await consumer.has(3)
        for _ in range(9):
            await asyncio.sleep(0.1)
            assert (await other.lease("other", 10, 30_000)).leases == []
        for lease in consumer.leases:
            worker.settle(lease, Outcome.DONE)
    assert worker.tally.lost == 0
    assert (await other.depth()).leased == 0
    await other.close()


async def take_over(redis: Redis, other: RoomQueue) -> list[Lease]:
    """Let every lease expire, and lease the rooms to another worker; again if their worker has renewed them between."""
    rooms, taken = {*map(str, redis.zrange(LEASE, 0, -1))}, list[Lease]()
    while rooms:
        redis.zadd(LEASE, dict.fromkeys(rooms, 1))
        taken += (await other.lease("other", 100, 30_000)).leases
        rooms -= {each.room_id for each in taken}
    return taken


async def test_a_lease_lost_before_it_is_settled_is_counted_and_stays_with_its_new_owner(
    queue: RoomQueue, redis: Redis, redis_url: str
) -> None:
    await queue.push(rooms(2))
    other = client(redis_url)
    async with working(queue, window=2) as worker, consuming(worker) as consumer:  # full: it takes neither back itself
        await consumer.has(2)
        taken = await take_over(redis, other)
        for lease in consumer.leases:
            worker.settle(lease, Outcome.DEAD, reason="gone")
        await until(lambda: worker.tally.lost == 2)
    assert worker.tally.dead == {}
    assert await other.renew(taken, 30_000) == [True, True]
    await other.close()


async def test_a_lost_lease_is_noticed_when_it_is_renewed_and_frees_the_window(
    queue: RoomQueue, redis: Redis, redis_url: str
) -> None:
    await queue.push(rooms(2))
    other = client(redis_url)
    try:
        async with working(queue, window=2, ttl=0.3) as worker, consuming(worker) as consumer:
            await consumer.has(2)
            await take_over(redis, other)
            await other.push([Job("3")])
            await asyncio.wait_for(consumer.has(3), 20)
        assert worker.tally.lost == 2
    finally:
        await other.close()


async def test_a_lease_lost_to_the_same_worker_is_counted(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(rooms(1))
    async with working(queue) as worker, consuming(worker) as consumer:
        first = await consumer.has(1)
        redis.zadd(LEASE, {"1": 1})
        redis.lpush(INBOX, "2")
        await consumer.has(3)
        assert worker.tally.lost == 1
        worker.settle(first, Outcome.DEAD, reason="too late")
        for lease in consumer.leases[1:]:
            worker.settle(lease, Outcome.DONE)
    assert (worker.tally.lost, worker.tally.dead) == (1, {})
    depth = await queue.depth()
    assert (depth.ready, depth.leased, depth.dead) == (0, 0, 0)


async def test_closing_releases_a_lease_though_an_older_one_of_its_room_is_being_settled(
    redis: Redis, redis_url: str
) -> None:
    slow = Slow(redis_url, 0.2)
    await slow.push(rooms(1))
    async with working(slow) as worker, consuming(worker) as consumer:
        first = await consumer.has(1)
        redis.zadd(LEASE, {"1": 1})
        worker.settle(first, Outcome.DONE)
        redis.lpush(INBOX, "2")
        await consumer.has(3)
    assert redis.zcard(LEASE) == 0


class Slow(RoomQueue):
    """A queue far away: settlements and their answers take a while to arrive."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__(queue_client(url), attempts=3)
        self._seconds = seconds

    async def settle(self, settlements: Sequence[Settlement], by: Call | None = None) -> list[Settled]:
        await asyncio.sleep(self._seconds)
        answers = await super().settle(settlements, by)
        await asyncio.sleep(self._seconds)
        return answers


async def test_a_lease_is_not_lost_that_was_renewed_while_its_settlement_came_back(
    redis: Redis, redis_url: str
) -> None:
    slow = Slow(redis_url, 0.15)
    await slow.push(rooms(2))
    async with working(slow, ttl=0.3) as worker, consuming(worker) as consumer:
        await consumer.has(2)
        for lease in consumer.leases:
            worker.settle(lease, Outcome.DONE)
        await asyncio.sleep(0.4)
    assert worker.tally.lost == 0
    assert redis.zcard(LEASE) == 0
