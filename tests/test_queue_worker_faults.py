"""A worker whose server loses answers, refuses writes, dies, and comes back."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TypeVar

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError  # noqa: A004 — the client's, which is not an OSError
from redis.retry import Retry as SyncRetry

from rankcrawler.queue.embedded import join
from rankcrawler.queue.lease import Call, Grant, Outcome, Settled, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from tests.queued import INBOX, key
from tests.redis_cluster import queue_client
from tests.working import LEASE, SCHED, client, consuming, drained, refusing, rooms, until, working

T = TypeVar("T")
SERVERS = ["single", "cluster"]


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
