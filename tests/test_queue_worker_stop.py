"""Holds and stops, which apply to every worker of a fleet."""

import asyncio
from time import monotonic

import pytest
from redis import Redis

from rankcrawler.errors import QueueStopped
from rankcrawler.queue.lease import Outcome
from rankcrawler.queue.room_queue import RoomQueue
from tests.working import Consumer, client, consuming, drained, refusing, rooms, working

SERVERS = ["single", "cluster"]


async def test_a_hold_stops_the_leasing_of_every_worker_for_that_long(queue: RoomQueue, redis_url: str) -> None:
    async with working(client(redis_url)) as other, working(queue) as worker:
        await other.hold(0.3)
        await queue.push(rooms(1))
        began = monotonic()
        async with consuming(worker) as consumer:
            await consumer.has(1)
            assert 0.25 < monotonic() - began < 0.6


async def test_stopping_the_fleet_ends_every_worker_with_the_reason_and_loses_no_room(
    queue: RoomQueue, redis_url: str
) -> None:
    await queue.push(rooms(6))
    async with (
        working(client(redis_url), window=4) as one,
        working(client(redis_url), window=8) as other,
        consuming(one) as first,
    ):
        await first.has(4)
        second = Consumer(other)
        await second.has(2)
        one.settle(first.leases[0], Outcome.RELEASE)
        await one.halt("the gateway refuses the token")
        for consumer in (first, second):
            await asyncio.wait({consumer.task}, timeout=2)
            with pytest.raises(QueueStopped, match=r"refuses the token.*scrapy rooms resume"):
                consumer.task.result()
        other.settle(second.leases[0], Outcome.DONE)
    depth = await queue.depth()
    assert (depth.ready, depth.leased) == (5, 0)
    async with working(client(redis_url), drain=True) as late:
        with pytest.raises(QueueStopped):
            await drained(late, lambda lease: late.settle(lease, Outcome.DONE))
    await queue.control.resume()
    async with working(client(redis_url), drain=True) as late:
        assert len(await drained(late, lambda lease: late.settle(lease, Outcome.DONE))) == 5


async def test_a_fleet_that_cannot_be_told_to_stop_is_one_worker_less(
    queue: RoomQueue, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    async with working(queue) as worker, consuming(worker) as consumer:
        with refusing(redis):
            await worker.halt("the quota is spent")
            await asyncio.wait({consumer.task}, timeout=2)
        with pytest.raises(QueueStopped, match="the quota is spent"):
            consumer.task.result()
    assert "did not take the request to stop the fleet" in caplog.text
