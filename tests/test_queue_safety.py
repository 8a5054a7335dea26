"""A server that may lose rooms is warned about when the queue is opened, and in the status."""

from pathlib import Path

import pytest

from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.safety import warnings
from tests.gateways import environment, run, simulated
from tests.redis_cluster import queue_client
from tests.redis_server import redis_server


async def found(url: str) -> str:
    queue = RoomQueue(queue_client(url))
    try:
        return "\n".join(await warnings(queue))
    finally:
        await queue.close()


@pytest.mark.parametrize("policy", ["allkeys-lru", "allkeys-random"])
async def test_a_server_that_evicts_rooms_is_warned_about(tmp_path: Path, policy: str) -> None:
    with redis_server(tmp_path / "redis", "--maxmemory-policy", policy) as server:
        assert f"its maxmemory-policy is {policy}. Set it to noeviction" in await found(server.url)


@pytest.mark.parametrize("policy", ["noeviction", "volatile-lru"])
async def test_a_server_that_evicts_no_key_of_ours_is_not(tmp_path: Path, policy: str) -> None:
    with redis_server(tmp_path / "redis", "--maxmemory-policy", policy) as server:
        assert await found(server.url) == ""


async def test_a_server_that_keeps_nothing_is_warned_about(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis", "--appendonly", "no") as server:
        assert "a restart loses every room" in await found(server.url)
        server.client.config_set("save", "3600 1")
        assert await found(server.url) == ""


async def test_a_server_that_tells_nothing_is_not_judged(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis", "--maxmemory-policy", "allkeys-lru", "--appendonly", "no") as server:
        server.client.acl_setuser("quiet", enabled=True, nopass=True, keys="*", commands=["+@all", "-info"])
        assert await found(server.url.replace("//", "//quiet:x@")) == ""


async def test_a_cluster_is_asked_where_the_queue_is(cluster: str) -> None:
    assert await found(cluster) == ""


def test_the_warning_is_in_the_log_of_a_crawl_and_in_the_status(tmp_path: Path) -> None:
    with simulated() as gateway, redis_server(tmp_path / "redis", "--maxmemory-policy", "allkeys-lru") as server:
        env = environment(gateway, tmp_path / "data", {"REDIS_URL": server.url})
        done = run("crawl", "ranklist", "-s", "MAX_IDLE_TIME_BEFORE_CLOSE=0.2", env=env)
        assert "WARNING: The queue's server drops rooms when its memory is full" in done.stderr
        assert "warning\tThe queue's server drops rooms" in run("rooms", "status", env=env).stdout
