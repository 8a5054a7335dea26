"""A worker at the queue, and what uses up its leases, for the tests of both."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from redis import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.worker import Worker
from tests.queued import key
from tests.redis_cluster import queue_client

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
