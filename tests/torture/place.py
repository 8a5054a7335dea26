"""The place of one run: a data folder with the queue's server, a gateway, and workers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from rankcrawler.queue.embedded import join
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import job
from tests.torture.gateway import Gateway, serve
from tests.torture.process import Process

FIRST_ROOM = 7_300_000_000_000_000_000


class Place:
    """Starts workers, and kills those that are left at the end of the run."""

    def __init__(self, data: Path, gateway: Gateway, redis: "Redis", lease_seconds: float) -> None:
        self.data = data
        self.gateway = gateway
        self.redis = redis
        self.queue = RoomQueue(redis)
        self._lease_seconds = lease_seconds
        self._workers: list[Process] = []

    async def push(self, rooms: Iterable[str], every: float | None = None) -> None:
        """Push rooms."""
        await self.queue.push([job(room, every=every) for room in rooms])

    async def worker(self, *options: str, crawl: Iterable[str] = ()) -> Process:
        """Start a worker, whose stdout is described in tests.torture.worker; its log goes to a file."""
        settings = ["-s", f"LEASE_SECONDS={self._lease_seconds:g}", "-L", "WARNING"]
        words = [*options, "--", "crawl", "ranklist", *settings, *crawl]
        process = await asyncio.to_thread(Process, self.data, words, self._environment())
        self._workers.append(process)
        return process

    async def ready(self, workers: int) -> list[Process]:
        """Start workers, and wait until each of them leases."""
        started = [await self.worker() for _ in range(workers)]
        for worker in started:
            assert await asyncio.wait_for(worker.said(), 30) == "leasing", self.log()[-2000:]
        return started

    async def drain(self, workers: int, seconds: float) -> None:
        """Let sound workers poll what is left; raises AssertionError if one of them fails."""
        crews = [await self.worker(crawl=["-a", "rooms="]) for _ in range(workers)]
        statuses = await asyncio.wait_for(asyncio.gather(*(each.wait() for each in crews)), seconds)
        assert not any(statuses), f"exit statuses {statuses}: {self.log()[-2000:]}"

    def log(self) -> str:
        """The log of all workers."""
        return (self.data / "workers.log").read_text("utf-8")

    async def close(self) -> None:
        """Kill the workers that are left."""
        for process in self._workers:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def _environment(self) -> dict[str, str]:
        return {
            "DATA_DIR": str(self.data),
            "GATEWAY_URL": self.gateway.url,
            "GATEWAY_TOKEN": "a-made-up-token",
            "ROOM_ATTEMPTS": "1000",
            "ROOM_BACKOFF": "0.05",
        }


@asynccontextmanager
async def place(data: Path, clock: Callable[[], int], *, latency: float, lease_seconds: float) -> AsyncIterator[Place]:
    """An empty place; everything started there ends with the context."""
    await asyncio.to_thread(data.mkdir, parents=True, exist_ok=True)
    server = await asyncio.to_thread(join, data)
    redis = Redis.from_url(server.url)
    try:
        async with serve(clock, latency) as gateway:
            made = Place(data, gateway, redis, lease_seconds)
            try:
                yield made
            finally:
                await made.close()
    finally:
        await redis.aclose()
        server.close()


def room_ids(count: int) -> list[str]:
    """The ids of that many rooms."""
    return [str(FIRST_ROOM + step) for step in range(count)]
