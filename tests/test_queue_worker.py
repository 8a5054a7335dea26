"""A worker's leases, on a real server that stalls, refuses writes, dies and comes back."""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from statistics import median
from time import monotonic
from typing import TypeVar

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError  # noqa: A004 — the client's, which is not an OSError
from redis.retry import Retry as SyncRetry

from rankcrawler.errors import QueueStopped
from rankcrawler.queue.embedded import join
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Call, Grant, Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.worker import Worker
from tests.queued import INBOX, job, key
from tests.redis_cluster import queue_client

T = TypeVar("T")

SERVERS = ["single", "cluster"]
LEASE, SCHED = key("lease"), key("sched")


@asynccontextmanager
async def working(
    queue: RoomQueue, *, window: int = 16, ttl: float = 30.0, drain: bool = False, max_idle: float = 0.0
) -> AsyncIterator[Worker]:
    worker = Worker(queue, "w", window=window, ttl=ttl, drain=drain, max_idle=max_idle)
    worker.open()
    try:
        yield worker
    finally:
        await worker.close()
        await queue.close()


class Consumer:
    """Collects a worker's leases in a task of its own, and settles none."""

    def __init__(self, worker: Worker) -> None:
        self.leases: list[Lease] = []
        self.task = asyncio.create_task(self._consume(worker))

    async def _consume(self, worker: Worker) -> None:
        async for lease in worker.leases():
            self.leases.append(lease)

    async def has(self, n: int) -> Lease:
        """Wait for n leases; returns the last."""
        await until(lambda: len(self.leases) >= n or self.task.done())
        assert len(self.leases) == n
        return self.leases[-1]

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


@asynccontextmanager
async def consuming(worker: Worker) -> AsyncIterator[Consumer]:
    consumer = Consumer(worker)
    try:
        yield consumer
    finally:
        await consumer.stop()


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 — most conditions are on the server, which sets no event
            await asyncio.sleep(0.001)


async def drained(worker: Worker, settle: Callable[[Lease], None]) -> list[Lease]:
    leases = []
    async for lease in worker.leases():
        leases.append(lease)
        settle(lease)
    return leases


def client(url: str) -> RoomQueue:
    """A queue whose client does not retry."""
    return RoomQueue(queue_client(url, retry=Retry(NoBackoff(), 0)), attempts=3)


def rooms(n: int) -> list[Job]:
    return [Job(str(room)) for room in range(1, n + 1)]


@contextmanager
def refusing(redis: Redis) -> Iterator[None]:
    """Have the server refuse writes, because it has no replica."""
    redis.config_set("min-replicas-to-write", 1)
    try:
        yield
    finally:
        redis.config_set("min-replicas-to-write", 0)


# The window


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


# The end


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
        async with asyncio.timeout(2), working(client(redis_url), window=1) as worker:
            consumer = Consumer(worker)
            worker.settle(await consumer.has(1), Outcome.DONE)
            for _ in range(turns):
                await asyncio.sleep(0)
            await consumer.stop()


async def test_closing_is_quick_wherever_a_renewing_worker_was(queue: RoomQueue, redis_url: str) -> None:
    await queue.push(rooms(1))
    for turns in range(40):
        patient = RoomQueue(queue_client(redis_url), attempts=1000)  # leases as short as these do expire
        async with asyncio.timeout(2), working(patient, ttl=0.003) as worker:
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


# Keeping leases, and losing them


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
    """Let every lease expire, and lease the rooms to another worker."""
    redis.zadd(LEASE, dict.fromkeys(map(str, redis.zrange(LEASE, 0, -1)), 1))
    return (await other.lease("other", 100, 30_000)).leases


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


# What is counted


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


# Waiting


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
        await asyncio.sleep(0.15)
        before = len(consumer.leases)
        assert before == (ring == "a higher rate")
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


# A server that refuses, or dies


class Deaf(RoomQueue):
    """A queue whose calls arrive, but whose first answers are lost."""

    def __init__(self, url: str) -> None:
        super().__init__(queue_client(url), attempts=3)
        self.lost: Counter[str] = Counter()

    async def lease(self, by: Call | str, n: int, ttl_ms: int) -> Grant:
        return self._once("lease", await super().lease(by, n, ttl_ms))

    async def settle(self, settlements: Sequence[Settlement], by: Call | None = None) -> list[Settled]:
        return self._once("settle", await super().settle(settlements, by))

    def _once(self, what: str, answer: T) -> T:
        self.lost[what] += 1
        if self.lost[what] == 1:
            raise ConnectionError("reset by peer")
        return answer


async def test_lost_answers_cost_no_attempt_and_no_lease(redis_url: str, redis: Redis) -> None:
    deaf = Deaf(redis_url)
    await deaf.push(rooms(3))
    async with working(deaf, drain=True) as worker:
        ends = {"1": Outcome.DONE, "2": Outcome.DEAD, "3": Outcome.DONE}
        leases = await drained(worker, lambda lease: worker.settle(lease, ends[lease.room_id], reason="gone"))
    assert [(lease.room_id, lease.attempt) for lease in leases] == [("1", 1), ("2", 1), ("3", 1)]
    assert (worker.tally.lost, worker.tally.dead) == (0, {"gone": 1})
    assert redis.hgetall(key("st")) == {"pushed": "3", "done": "2", "dead": "1"}


async def test_settlements_that_the_server_refuses_are_sent_again(
    queue: RoomQueue, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await queue.push(rooms(2))
    async with working(queue) as worker, consuming(worker) as consumer:
        await consumer.has(2)
        with refusing(redis):
            for lease in consumer.leases:
                worker.settle(lease, Outcome.RETRY, delay=60)
            await until(lambda: "takes no settlements" in caplog.text)
            assert redis.zcard(LEASE) == 2
        await until(lambda: redis.zcard(SCHED) == 2)
    assert worker.tally.lost == 0


async def test_a_reason_that_is_no_text_stops_no_settlements(queue: RoomQueue, redis: Redis) -> None:
    await queue.push(rooms(2))
    async with working(queue) as worker, consuming(worker) as consumer:
        await consumer.has(2)
        for lease in consumer.leases:
            worker.settle(lease, Outcome.DEAD, reason="broken \ud800")
        await until(lambda: redis.zcard(LEASE) == 0)
    assert worker.tally.dead.total() == 2


def kill_server(url: str) -> None:
    with Redis.from_url(url, retry=SyncRetry(NoBackoff(), 0)) as plain:
        os.kill(int(plain.info("server")["process_id"]), signal.SIGKILL)
        with suppress(ConnectionError):
            while True:
                plain.ping()


async def test_a_worker_goes_on_when_the_server_was_killed_and_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = join(tmp_path)
    async with working(client(server.url)) as worker, consuming(worker) as consumer:
        with Redis.from_url(server.url) as plain:
            plain.lpush(INBOX, "1")
            worker.settle(await consumer.has(1), Outcome.DONE)
            await until(lambda: worker.tally.waiting)
        kill_server(server.url)
        await until(lambda: "does not answer" in caplog.text)
        again = await asyncio.to_thread(join, tmp_path)
        with Redis.from_url(again.url) as plain:
            plain.lpush(INBOX, "2")
        assert (await consumer.has(2)).room_id == "2"
    again.close()
    server.close()


async def test_a_worker_of_an_embedded_server_that_was_killed_starts_it_again(tmp_path: Path) -> None:
    server = join(tmp_path)
    queue = RoomQueue(AsyncRedis.from_url(server.url, retry=Retry(NoBackoff(), 0)), repair=server.repair)
    async with working(queue) as worker, consuming(worker) as consumer:
        await queue.push(rooms(1))
        lease = await consumer.has(1)
        await asyncio.sleep(1.1)  # the last second of writes may be lost
        kill_server(server.url)
        worker.settle(lease, Outcome.DONE)
        await until(lambda: not worker.tally.pending)
        assert (await queue.depth()).leased == 0
    server.close()


async def test_closing_ends_though_the_server_is_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = join(tmp_path)
    async with working(client(server.url)) as worker, consuming(worker) as consumer:
        with Redis.from_url(server.url) as plain:
            plain.lpush(INBOX, "1")
        await consumer.has(1)
        kill_server(server.url)
        began = monotonic()
    assert monotonic() - began < 5
    assert "1 leases could not be settled" in caplog.text
    server.close()
