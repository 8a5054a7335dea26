"""A worker's window, what it settles, and what it counts."""

import asyncio
from collections import Counter

from redis import Redis

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease, Outcome
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import INBOX, job, key
from tests.working import LEASE, consuming, drained, rooms, until, working

SERVERS = ["single", "cluster"]


async def test_the_window_bounds_the_live_leases(queue: RoomQueue) -> None:
    await queue.push(rooms(20))
    async with working(queue, window=8) as worker, consuming(worker) as consumer:
        await consumer.has(8)
        await asyncio.sleep(0.1)
        assert len(consumer.leases) == 8
        depth = await queue.depth()
        assert (depth.leased, depth.ready) == (8, 12)


async def test_settling_frees_the_window(queue: RoomQueue) -> None:
    await queue.push(rooms(20))
    async with working(queue, window=8) as worker, consuming(worker) as consumer:
        await consumer.has(8)
        for lease in consumer.leases[:3]:
            worker.settle(lease, Outcome.DONE)
        await consumer.has(11)
        assert (await queue.depth()).leased == 8


async def test_a_window_of_one_polls_room_after_room(queue: RoomQueue) -> None:
    await queue.push(rooms(5))
    async with working(queue, window=1, drain=True) as worker:
        leases = await drained(worker, lambda lease: worker.settle(lease, Outcome.DONE))
    assert [lease.room_id for lease in leases] == ["1", "2", "3", "4", "5"]


async def test_settlements_are_sent_together(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(rooms(100))
    async with working(queue, window=100) as worker, consuming(worker) as consumer:
        await consumer.has(100)
        redis.config_resetstat()
        for lease in consumer.leases:
            worker.settle(lease, Outcome.DONE)
        await until(lambda: redis.zcard(LEASE) == 0)
        assert redis.info("commandstats")["cmdstat_evalsha"]["calls"] <= 3


async def test_a_settlement_after_another_is_ignored(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(rooms(1))
    async with working(queue) as worker, consuming(worker) as consumer:
        lease = await consumer.has(1)
        worker.settle(lease, Outcome.DONE)
        worker.settle(lease, Outcome.DEAD, reason="too late")
        await until(lambda: redis.zcard(LEASE) == 0)
        worker.settle(lease, Outcome.DEAD, reason="too late")
    assert (worker.tally.lost, worker.tally.dead) == (0, {})
    assert (await queue.depth()).dead == 0


async def test_settling_what_was_never_leased_changes_nothing(queue: RoomQueue) -> None:
    await queue.push(rooms(1))
    async with working(queue) as worker, consuming(worker) as consumer:
        lease = await consumer.has(1)
        worker.settle(Lease("2", lease.fence, lease.due_ms, 1), Outcome.DEAD)
        worker.settle(Lease("1", lease.fence - 1, lease.due_ms, 1), Outcome.DEAD)
        await asyncio.sleep(0.05)
        assert (await queue.depth()).leased == 1
    assert (worker.tally.lost, worker.tally.dead) == (0, {})


async def test_dead_rooms_are_counted_by_their_reason(queue: RoomQueue) -> None:
    await queue.push(rooms(6))

    def settle(lease: Lease) -> None:
        number = int(lease.room_id)
        if number <= 2:
            worker.settle(lease, Outcome.DEAD, reason="gone")
        elif number == 3:
            worker.settle(lease, Outcome.RETRY, reason="502")
        else:
            worker.settle(lease, Outcome.DONE)

    async with working(queue, drain=True) as worker:
        await drained(worker, settle)
    assert worker.tally.dead == {"gone": 2, "502": 1}


async def test_rooms_that_have_come_to_their_end_are_no_dead_rooms(queue: RoomQueue, redis: Redis) -> None:
    await queue.push([job("1", every=0.1), Job("2")])
    polled: Counter[str] = Counter()

    def settle(lease: Lease) -> None:
        polled[lease.room_id] += 1
        worker.settle(lease, Outcome.DEAD if polled[lease.room_id] == 3 else Outcome.UNCHANGED, reason="gone")

    async with working(queue, drain=True) as worker:
        await drained(worker, settle)
    assert (worker.tally.retired, worker.tally.dead, polled) == (1, {}, {"1": 3, "2": 1})
    assert redis.zrange(key("retired"), 0, -1) == ["1"]


async def test_rooms_that_outlived_worker_after_worker_are_counted(queue: RoomQueue, redis: Redis) -> None:
    strict = RoomQueue(queue.redis, attempts=1)
    await strict.push(rooms(2))
    await strict.lease("dead worker", 2, 30_000)
    redis.zadd(LEASE, {"1": 1, "2": 1})
    async with working(strict, drain=True) as worker:
        assert await drained(worker, lambda lease: worker.settle(lease, Outcome.DONE)) == []
    assert worker.tally.dead == {"its worker vanished": 2}


async def test_unreadable_entries_are_counted(queue: RoomQueue, redis: Redis) -> None:
    redis.rpush(INBOX, "hello", "1", "", "2")
    async with working(queue, drain=True) as worker:
        assert len(await drained(worker, lambda lease: worker.settle(lease, Outcome.DONE))) == 2
    assert worker.tally.unreadable == 2
