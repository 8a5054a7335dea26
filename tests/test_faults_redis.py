"""Workers whose Redis server is killed, starved, stalled, emptied or out of reach: real processes, a real server.

Each time: the worker goes on, ends with 0, every room is stored exactly once, and the queue holds nothing more.
"""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from rankcrawler.errors import QueueError
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Lease
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.worker import Worker
from rankcrawler.report import STOPPED
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.server import Gateway
from rankcrawler.simulator.world import World
from tests.crawls import Crawl, crawling, until
from tests.gateways import environment, run, simulated
from tests.redis_server import Server, free_port, proxy_to, redis_server

INBOX = "ranklist:start_urls"
ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(60)]
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
PLACES = {name: f"rc:{{{INBOX}}}:{name}" for name in ("ready", "sched", "lease", "dead")}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with redis_server(tmp_path / "redis") as one:
        yield one


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway that takes its time: with four requests at once, a crawl of all rooms lasts two seconds or more."""
    with simulated(WORLD, faults=Faults(latency=0.15)) as one:
        yield one


def all_rooms(*options: str, rooms: Sequence[str] = ROOMS) -> tuple[str, ...]:
    return ("-a", f"rooms={','.join(rooms)}", *options)


def asked(gateway: Gateway) -> int:
    return gateway.ledger.outcomes.total()


def stored(data: Path) -> list[tuple[str, int]]:
    database = sqlite3.connect(data / "ranks.db")
    try:
        rooms = (
            "SELECT room_id, count(*) FROM _snapshots JOIN _rooms USING (room_key) GROUP BY room_id ORDER BY room_id"
        )
        return database.execute(rooms).fetchall()
    finally:
        database.close()


def places(redis: Redis) -> dict[str, list[str]]:
    """Every room that the queue holds, and the places that it is in, read at one moment."""
    with redis.pipeline(transaction=True) as pipe:
        for key in PLACES.values():
            pipe.zrange(key, 0, -1)
        found: dict[str, list[str]] = {}
        for name, rooms in zip(PLACES, pipe.execute(), strict=True):
            for room in rooms:
                found.setdefault(room, []).append(name)
    return found


def assert_whole(crawl: Crawl, data: Path, redis: Redis, rooms: Sequence[str] = ROOMS) -> None:
    assert crawl.end() == 0, crawl.log
    assert stored(data) == [(room, 1) for room in rooms]
    assert places(redis) == {}
    assert redis.llen(INBOX) == 0
    assert "Traceback (most recent" not in crawl.log


def test_a_server_killed_and_restarted_loses_no_room(server: Server, gateway: Gateway, tmp_path: Path) -> None:
    with crawling(gateway, tmp_path / "data", server.url, *all_rooms()) as crawl:
        until(lambda: asked(gateway) >= 15)
        server.kill()
        crawl.says("ing again: ")
        server.start()
        assert_whole(crawl, tmp_path / "data", server.client)
        assert "again, after" in crawl.log


@contextmanager
def out_of_memory(redis: Redis) -> Iterator[None]:
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", 1)
    try:
        yield
    finally:
        redis.config_set("maxmemory", 0)


@contextmanager
def read_only(redis: Redis) -> Iterator[None]:
    redis.replicaof("127.0.0.1", free_port())
    try:
        yield
    finally:
        redis.replicaof("NO", "ONE")


@pytest.mark.parametrize(("refusing", "words"), [(out_of_memory, "maxmemory"), (read_only, "read only replica")])
def test_a_server_that_refuses_to_write_for_a_while_leaves_every_room_in_one_place(
    server: Server,
    gateway: Gateway,
    tmp_path: Path,
    refusing: Callable[[Redis], AbstractContextManager[None]],
    words: str,
) -> None:
    with crawling(gateway, tmp_path / "data", server.url, *all_rooms()) as crawl:
        until(lambda: asked(gateway) >= 15)
        with refusing(server.client):
            crawl.says("ing again: ")
            time.sleep(1.2)
            held = places(server.client)
            assert held
            assert {room: where for room, where in held.items() if len(where) != 1} == {}
            assert words in crawl.log
            assert crawl.log.count("ing again: ") <= 3  # one for each kind of call
        assert_whole(crawl, tmp_path / "data", server.client)


def test_a_server_busy_with_a_script_or_loading_is_waited_for(server: Server, gateway: Gateway, tmp_path: Path) -> None:
    server.client.config_set("busy-reply-threshold", 50)
    with crawling(gateway, tmp_path / "data", server.url, *all_rooms()) as crawl:
        until(lambda: asked(gateway) >= 15)
        script = subprocess.Popen(
            [sys.executable, "-c", f"import redis; redis.Redis(port={server.port}).eval('while true do end', 0)"],
            stderr=subprocess.DEVNULL,
        )
        crawl.says("BUSY")
        server.client.script_kill()
        script.wait(10)
        assert_whole(crawl, tmp_path / "data", server.client)


def test_downloads_go_on_while_the_server_stands_still(server: Server, tmp_path: Path) -> None:
    with (
        simulated(WORLD, faults=Faults(latency=0.6)) as gateway,
        crawling(gateway, tmp_path / "data", server.url, *all_rooms(rooms=ROOMS[:24])) as crawl,
    ):
        until(lambda: asked(gateway) >= 8)
        before = asked(gateway)
        server.stop()
        time.sleep(5)
        during = asked(gateway) - before
        server.go_on()
        assert_whole(crawl, tmp_path / "data", server.client, ROOMS[:24])
    assert 3 <= during <= 8  # the leases that were live: twice as many as requests at once, and no more


def test_a_partition_longer_than_the_lease_stores_nothing_twice(
    server: Server, gateway: Gateway, tmp_path: Path
) -> None:
    data, short = tmp_path / "data", ("-s", "LEASE_SECONDS=2")
    with proxy_to(server.port) as proxy, crawling(gateway, data, proxy.url, *all_rooms(*short)) as parted:
        until(lambda: asked(gateway) >= 15)
        proxy.block()
        with crawling(gateway, data, server.url, "-a", "rooms=", *short) as other:
            assert_whole(other, data, server.client)
        proxy.heal()
        assert_whole(parted, data, server.client)
        assert "the lease expired before it was settled" in parted.log


def test_cut_connections_are_made_anew(server: Server, gateway: Gateway, tmp_path: Path) -> None:
    options = all_rooms("-s", "LEASE_SECONDS=2")  # a lease whose answer was cut off is nobody's until it expires
    with proxy_to(server.port) as proxy, crawling(gateway, tmp_path / "data", proxy.url, *options) as crawl:
        until(lambda: asked(gateway) >= 5)
        for _ in range(10):
            proxy.cut()
            time.sleep(0.1)
        assert_whole(crawl, tmp_path / "data", server.client)


def test_a_worker_goes_on_with_what_is_pushed_after_the_server_was_emptied(
    server: Server, gateway: Gateway, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with crawling(gateway, data, server.url) as crawl:
        crawl.says("Leasing from")
        server.client.rpush(INBOX, *ROOMS[:40])
        until(lambda: asked(gateway) >= 10)
        server.client.flushall()
        crawl.says("the lease expired before it was settled")
        server.client.rpush(INBOX, *ROOMS)
        until(lambda: len(stored(data)) == len(ROOMS) and places(server.client) == {})
        assert crawl.terminate() < 5
        assert_whole(crawl, data, server.client)


def test_recurring_rooms_of_an_emptied_server_are_restored_from_the_store(
    server: Server, gateway: Gateway, tmp_path: Path
) -> None:
    data, rooms = tmp_path / "data", ROOMS[:20]
    with crawling(gateway, data, server.url) as crawl:
        crawl.says("Leasing from")
        server.client.rpush(INBOX, *(f'{{"room_id": "{room}", "every": 0.5, "priority": 2}}' for room in rooms))
        until(lambda: len(stored(data)) == len(rooms))
        server.client.flushall()
        done = run("rooms", "restore", env=environment(gateway, data, {"REDIS_URL": server.url}))
        assert done.stdout == "20 rooms restored, of 20 that recur\n", done.stderr
        gateway.ledger.rooms.clear()
        until(lambda: gateway.ledger.rooms.keys() == set(rooms))
        assert crawl.terminate() < 5
    places_of = [server.client.zrange(PLACES[name], 0, -1) for name in ("ready", "sched")]
    assert sorted(places_of[0] + places_of[1]) == rooms
    assert set(server.client.hvals(f"rc:{{{INBOX}}}:def")) == {"500:2:="}, "the gateway's clock stands still"


def test_a_server_that_is_not_there_is_one_line_without_its_password(gateway: Gateway, tmp_path: Path) -> None:
    port = free_port()
    began = time.monotonic()
    url = f"redis://worker:s3cret@127.0.0.1:{port}/0"
    done = run("crawl", "ranklist", *all_rooms(), env=environment(gateway, tmp_path, {"REDIS_URL": url}))
    assert time.monotonic() - began < 5
    assert done.returncode == 1
    assert done.stderr.count("] ERROR: ") == 1
    assert (
        f"The queue cannot be used: redis://127.0.0.1:{port}/0: Error 111 connecting to 127.0.0.1:{port}."
        in done.stderr
    )
    assert "s3cret" not in done.stderr
    assert "Failed: the crawl ended early: queue_not_open" in done.stderr


def test_a_crawl_of_a_stopped_fleet_says_what_to_do_and_fails_at_once(
    server: Server, gateway: Gateway, tmp_path: Path
) -> None:
    server.client.hset(f"rc:{{{INBOX}}}:ctl", "stopped", "the token's quota is spent")
    with crawling(gateway, tmp_path / "data", server.url, *all_rooms()) as crawl:
        assert crawl.end() == STOPPED
        assert "The fleet is stopped: the token's quota is spent." in crawl.log
        assert "scrapy rooms resume" in crawl.log
        assert "Failed: the fleet is stopped" in crawl.log
    assert asked(gateway) == 0
    assert len(places(server.client)) == len(ROOMS)


def test_a_worker_that_cannot_give_its_rooms_back_says_so_and_fails_within_ten_seconds(
    server: Server, tmp_path: Path
) -> None:
    with (
        simulated(WORLD, faults=Faults(latency=1.0)) as gateway,
        crawling(gateway, tmp_path / "data", server.url) as crawl,
    ):
        crawl.says("Leasing from")
        server.client.rpush(INBOX, *ROOMS)
        until(lambda: server.client.zcard(PLACES["lease"]) == 8)
        with read_only(server.client):
            assert crawl.terminate() < 10
        assert crawl.end() == 1, crawl.log
        assert "8 leases could not be settled; they will expire" in crawl.log
        assert "Failed: 8 rooms could not be returned to the queue" in crawl.log
        assert len(places(server.client)) == len(ROOMS)


@pytest.mark.parametrize("begun", [True, False], ids=["with leases", "before the first"])
def test_a_worker_told_to_stop_during_a_partition_ends_within_ten_seconds(
    server: Server, tmp_path: Path, begun: bool
) -> None:
    with (
        simulated(WORLD, faults=Faults(latency=60)) as gateway,
        proxy_to(server.port) as proxy,
    ):
        if not begun:
            proxy.block()
        with crawling(gateway, tmp_path / "data", proxy.url, *all_rooms()) as crawl:
            if begun:
                until(lambda: server.client.zcard(PLACES["lease"]) == 8)
                proxy.block()
                time.sleep(0.2)
            else:
                crawl.says("Spider opened")
                time.sleep(0.5)
            assert crawl.terminate() < 10
            assert crawl.end() == 1, crawl.log
            assert "Traceback (most recent" not in crawl.log


def lpush(url: str, room: str) -> None:
    with Redis.from_url(url) as redis:
        redis.lpush(INBOX, room)


def push(url: str, room: str) -> None:
    """As `scrapy rooms add` does."""

    async def pushed() -> None:
        queue = RoomQueue(AsyncRedis.from_url(url))
        await queue.push([Job(room)])
        await queue.close()

    asyncio.run(pushed())


AT_ONCE = 0.1
"""Seconds: it takes two milliseconds, more on a busy machine, and five seconds for who is not told."""


@pytest.mark.parametrize("push_room", [lpush, push], ids=["LPUSH", "rooms add"])
def test_a_waiting_worker_asks_for_a_pushed_room_at_once(
    server: Server, tmp_path: Path, push_room: Callable[[str, str], None]
) -> None:
    with simulated(WORLD) as gateway, crawling(gateway, tmp_path / "data", server.url) as crawl:
        crawl.says("Leasing from")
        for attempt in range(3):  # the machine may be busy with something else
            rooms = ROOMS[20 * attempt : 20 * attempt + 20]
            delays = [_seconds_until_asked(gateway, server.url, room, push_room) for room in rooms]
            print(f"median {median(delays) * 1000:.1f} ms from push to request")  # noqa: T201 — the figure is the point
            if median(delays) < AT_ONCE:
                break
        crawl.terminate()
    assert median(delays) < AT_ONCE


def _seconds_until_asked(gateway: Gateway, url: str, room: str, push_room: Callable[[str, str], None]) -> float:
    time.sleep(0.05)
    began = time.monotonic()
    push_room(url, room)
    while room not in gateway.ledger.rooms and time.monotonic() - began < 10:
        time.sleep(0.0005)
    return time.monotonic() - began


class Defective(RoomQueue):
    """A queue whose renewals fail by a mistake of ours."""

    async def renew(self, leases: Sequence[Lease], ttl_ms: int) -> list[bool]:
        raise ZeroDivisionError(f"{len(leases)} leases for {ttl_ms} ms")


async def test_a_mistake_in_a_task_of_the_worker_is_logged_and_ends_its_leases(
    redis_url: str, queue: RoomQueue, caplog: pytest.LogCaptureFixture
) -> None:
    await queue.push([Job("1")])
    defective = Defective(AsyncRedis.from_url(redis_url))
    worker = Worker(defective, "w", window=4, ttl=0.3)
    worker.open()
    with pytest.raises(QueueError, match="1 leases for 300 ms"):
        async for _ in worker.leases():
            pass
    await worker.close()
    await defective.close()
    assert "A task of the worker failed: ZeroDivisionError" in caplog.text
    assert (worker.tally.left, (await queue.depth()).ready) == (0, 1)


async def test_a_hold_that_the_server_refuses_is_logged_and_fails_nothing(
    redis_url: str, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    queue = RoomQueue(AsyncRedis.from_url(redis_url))
    redis.config_set("min-replicas-to-write", 1)
    try:
        await Worker(queue, "w", window=4, ttl=1).hold(5)
    finally:
        redis.config_set("min-replicas-to-write", 0)
        await queue.close()
    assert "did not take the request to hold every room for 5 s" in caplog.text
