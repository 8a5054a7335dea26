"""How a worker ends: drained, idle, stopped, cancelled, closed."""

import asyncio
from time import monotonic

import pytest
from redis import Redis

from rankcrawler.queue.lease import Lease, Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import INBOX
from tests.redis_cluster import queue_client
from tests.working import Consumer, client, consuming, drained, refusing, rooms, until, working

SERVERS = ["single", "cluster"]


async def test_a_draining_worker_ends_when_nothing_is_left(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(rooms(40))
    redis.lpush(INBOX, "41")
    async with working(queue, drain=True) as worker:
        leases = await drained(worker, lambda lease: worker.settle(lease, Outcome.DONE))
    assert len({lease.room_id for lease in leases}) == len(leases) == 41
    assert worker.tally.pending == 0


async def test_a_draining_worker_waits_for_retries(queue: RoomQueue) -> None:
    await queue.push(rooms(1))

    def fail_once(lease: Lease) -> None:
        worker.settle(lease, Outcome.RETRY if lease.attempt == 1 else Outcome.DONE, delay=0.2)

    async with working(queue, drain=True) as worker:
        began = monotonic()
        leases = await drained(worker, fail_once)
    assert [lease.attempt for lease in leases] == [1, 2]
    assert 0.2 <= monotonic() - began < 1.0


async def test_a_draining_worker_waits_for_the_leases_of_others(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(1))
    other = client(redis_url)
    (lease,) = (await other.lease("other", 1, 30_000)).leases
    async with working(queue, drain=True) as worker, consuming(worker) as consumer:
        await asyncio.sleep(0.05)
        assert not consumer.task.done()
        await other.settle([Settlement(lease, Outcome.RELEASE)])
        worker.settle(await consumer.has(1), Outcome.DONE)
        await asyncio.wait({consumer.task}, timeout=2)
        assert consumer.task.done()
    await other.close()


async def test_a_draining_worker_does_not_take_a_server_that_refuses_for_an_empty_queue(
    queue: RoomQueue, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await queue.push(rooms(1))
    async with working(queue, drain=True) as worker, consuming(worker) as consumer:
        with refusing(redis):
            await until(lambda: "does not answer" in caplog.text)
            await asyncio.sleep(0.02)
            assert not consumer.task.done()
        worker.settle(await consumer.has(1), Outcome.DONE)
        await asyncio.wait({consumer.task}, timeout=2)
        assert consumer.task.done()


async def test_a_waiting_worker_ends_after_its_idle_time(queue: RoomQueue) -> None:
    await queue.push(rooms(1))
    async with working(queue, max_idle=0.3) as worker:
        began = monotonic()
        await drained(worker, lambda lease: worker.settle(lease, Outcome.DONE))
    assert 0.3 <= monotonic() - began < 1.0


async def test_a_worker_that_polls_is_not_idle(queue: RoomQueue) -> None:
    await queue.push(rooms(1))
    async with working(queue, max_idle=0.1) as worker, consuming(worker) as consumer:
        lease = await consumer.has(1)
        await asyncio.sleep(0.4)
        assert not consumer.task.done()
        worker.settle(lease, Outcome.DONE)
        await asyncio.wait({consumer.task}, timeout=2)
        assert consumer.task.done()


async def test_a_stopped_worker_leases_no_more_and_keeps_what_it_has(queue: RoomQueue) -> None:
    await queue.push(rooms(8))
    async with working(queue, window=4) as worker, consuming(worker) as consumer:
        await consumer.has(4)
        worker.stop()
        for lease in consumer.leases:
            worker.settle(lease, Outcome.DONE)
        await asyncio.wait({consumer.task}, timeout=1)
        assert consumer.task.done()
        await asyncio.sleep(0.05)
        depth = await queue.depth()
        assert (depth.ready, depth.leased) == (4, 0)


async def test_closing_releases_what_is_not_settled(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(4))
    async with working(client(redis_url)) as worker, consuming(worker) as consumer:
        await consumer.has(4)
        worker.settle(consumer.leases[0], Outcome.DONE)
        worker.settle(consumer.leases[1], Outcome.RETRY, delay=60)
    depth = await queue.depth()
    assert (depth.ready, depth.scheduled, depth.leased) == (2, 1, 0)
    assert {lease.attempt for lease in (await queue.lease("w", 4, 1000)).leases} == {1}


async def test_a_cancelled_worker_loses_no_lease_wherever_it_was(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(20))
    for turns in range(30):
        async with working(client(redis_url), window=7) as worker:
            consumer = Consumer(worker)
            for _ in range(turns):
                await asyncio.sleep(0)
            await consumer.stop()
        depth = await queue.depth()
        assert (depth.ready, depth.leased) == (20, 0), f"cancelled after {turns} turns of the loop"


async def test_closing_is_quick_wherever_a_waiting_worker_was(queue: RoomQueue, redis_url: str) -> None:
    for turns in range(40):
        await queue.push(rooms(1))
        async with asyncio.timeout(10), working(client(redis_url), window=1) as worker:
            consumer = Consumer(worker)
            worker.settle(await consumer.has(1), Outcome.DONE)
            for _ in range(turns):
                await asyncio.sleep(0)
            await consumer.stop()


async def test_closing_is_quick_wherever_a_renewing_worker_was(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(1))
    for turns in range(40):
        patient = RoomQueue(queue_client(redis_url), attempts=1000)  # leases as short as these do expire
        async with asyncio.timeout(10), working(patient, ttl=0.003) as worker:
            consumer = Consumer(worker)
            await until(lambda consumer=consumer: bool(consumer.leases))  # type: ignore[misc] # one of this turn
            for _ in range(turns):
                await asyncio.sleep(0)
            await consumer.stop()


async def test_a_worker_abandoned_between_two_leases_loses_none(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(8))
    async with working(client(redis_url)) as worker:
        leases = worker.leases()
        worker.settle(await anext(leases), Outcome.DONE)
        await leases.aclose()  # type: ignore[attr-defined] # an asynchronous generator behind its interface
    depth = await queue.depth()
    assert (depth.ready, depth.leased) == (7, 0)


async def test_a_closed_worker_leaves_no_task(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(2))
    for settles in (False, True):
        async with working(client(redis_url)) as worker:
            consumer = Consumer(worker)
            await consumer.has(2)
            if settles:
                for lease in consumer.leases:
                    worker.settle(lease, Outcome.DONE)
            await asyncio.sleep(0.05)
            await consumer.stop()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
