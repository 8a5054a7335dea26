"""A failover by Sentinel that loses the last writes: what becomes of leases, settlements, pushes and fences.

Sentinel, the replica and the workers reach the first master through a proxy. Once that is blocked, the master is down
for all of them; what a test then writes to it directly is the last second of writes, which is lost.
"""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError  # noqa: A004 — the client's, which is not an OSError
from redis.retry import Retry

from rankcrawler.queue import roster
from rankcrawler.queue.embedded import find_binary
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.worker import Worker
from tests.queued import job
from tests.redis_cluster import queue_client
from tests.redis_server import Proxy, Server, free_port, proxy_to, redis_server

NAME = "fleet"
HOUR = 3_600_000


class Site(NamedTuple):
    """A master behind a proxy, its replica, and the address of Sentinel, which knows the current master."""

    master: Server
    replica: Server
    proxy: Proxy
    sentinel: Redis
    url: str

    async def fail_over(self) -> None:
        """Wait until Sentinel has promoted the replica; what the proxy held back is lost."""
        async with asyncio.timeout(30):
            while self._master() != self.replica.port:  # noqa: ASYNC110 — Sentinel sets no event
                await asyncio.sleep(0.05)
        self.proxy.cut()

    async def catch_up(self) -> None:
        """Wait until the replica has all that was written."""
        assert await asyncio.to_thread(self.master.client.wait, 1, 10_000) == 1

    def _master(self) -> int:
        masters: Any = self.sentinel.sentinel_masters()  # what clients ask for
        return int(masters[NAME]["port"])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with (
        redis_server(tmp_path / "one", "--repl-diskless-sync-delay", "0") as master,
        redis_server(tmp_path / "two") as replica,
        proxy_to(master.port) as way,
    ):
        replica.client.replicaof("127.0.0.1", way.port)
        until(lambda: replica.client.info("replication")["master_link_status"] == "up")
        with sentinel_for(way.port, tmp_path) as port, Redis(port=port, decode_responses=True) as sentinel:
            until(lambda: bool(sentinel.sentinel_slaves(NAME)))
            yield Site(master, replica, way, sentinel, f"redis+sentinel://127.0.0.1:{port}/{NAME}")


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@contextmanager
def sentinel_for(port: int, folder: Path) -> Iterator[int]:
    """A Sentinel that considers a master down after half a second."""
    own, file = free_port(), folder / "sentinel.conf"
    lines = [f"port {own}", "bind 127.0.0.1", f"dir {folder}", f"sentinel monitor {NAME} 127.0.0.1 {port} 1"]
    lines += [f"sentinel down-after-milliseconds {NAME} 500", f"sentinel failover-timeout {NAME} 3000"]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    with subprocess.Popen([find_binary(), file, "--sentinel"], stdout=subprocess.DEVNULL) as process:
        try:
            with Redis(port=own, retry=Retry(ConstantBackoff(0.02), 200, (ConnectionError,))) as client:
                client.ping()
            yield own
        finally:
            process.kill()


@asynccontextmanager
async def queues(site: Site) -> AsyncIterator[tuple[RoomQueue, RoomQueue]]:
    """The queue as workers see it; and the same on the first master, past the proxy."""
    found, direct = RoomQueue(queue_client(site.url), attempts=3), RoomQueue(AsyncRedis.from_url(site.master.url))
    try:
        yield found, direct
    finally:
        await found.close()
        await direct.close()


async def leased(queue: RoomQueue, n: int, worker: str = "w") -> dict[str, Lease]:
    return {lease.room_id: lease for lease in (await queue.lease(worker, n, HOUR)).leases}


async def test_a_failover_that_loses_the_last_writes_repeats_polls_and_confuses_none(site: Site) -> None:
    async with queues(site) as (queue, direct):
        await queue.push([Job("1"), job("2", every=60.0), Job("3"), Job("4")])
        before = await leased(queue, 2)
        await site.catch_up()
        site.proxy.block()

        ends = [Settlement(lease, Outcome.DONE) for lease in before.values()]
        assert await direct.settle(ends) == [Settled.KEPT] * 2
        lost = (await leased(direct, 1))["3"]
        await direct.push([Job("9")])
        await direct.control.hold(HOUR)

        await site.fail_over()
        with pytest.raises(ConnectionError):
            await queue.depth()  # the connection was cut; a worker would try again
        depth = await queue.depth()
        assert (depth.leased, depth.ready, depth.scheduled) == (2, 2, 0)  # as before
        assert await roster.find(queue, ["9"]) == [None]  # a push that was lost must be made again
        assert await queue.renew([lost, *before.values()], HOUR) == [False, True, True]

        again = await leased(queue, 5, "another")  # the hold was lost too
        assert set(again) == {"3", "4"}
        assert min(lease.fence for lease in again.values()) > lost.fence
        assert await queue.settle([Settlement(lost, Outcome.DEAD)]) == [Settled.LOST]
        # Rooms whose settlement was lost are settled again; otherwise their leases would expire.
        assert await queue.settle(ends) == [Settled.KEPT] * 2
        depth = await queue.depth()
        assert (depth.leased, depth.ready, depth.scheduled, depth.recurring) == (2, 0, 1, 1)


async def test_a_worker_lives_through_a_failover(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    async with queues(site) as (queue, _):
        worker = Worker(queue, "w", window=4, ttl=30, drain=True)
        worker.open()
        await queue.push(Job(str(room)) for room in range(1, 41))
        polled: list[str] = []
        async for lease in worker.leases():
            polled.append(lease.room_id)
            worker.settle(lease, Outcome.DONE)
            if len(polled) == 10:
                await site.catch_up()
                site.proxy.block()
                await site.fail_over()
        await worker.close()
        assert set(polled) == {str(room) for room in range(1, 41)}
        assert (worker.tally.dead, worker.tally.left) == ({}, 0)
        assert (await queue.depth())[:5] == (0, 0, 0, 0, 0)
    assert "Traceback (most recent" not in caplog.text
