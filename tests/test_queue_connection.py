"""scrapy-redis's settings name the server and the inbox, as they do for its own fleets."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.sentinel import SentinelManagedSSLConnection

from rankcrawler.errors import QueueError
from rankcrawler.queue.connection import connect, embedded, inbox_key, place, wants_embedded
from rankcrawler.queue.embedded import join
from rankcrawler.queue.job import Job
from rankcrawler.queue.room_queue import RoomQueue
from tests.options import options


def parameters(**settings: Any) -> dict[str, Any]:
    """What a client made from settings connects with."""
    client = connect(options(**settings), None)
    return dict(client.connection_pool.connection_kwargs)


def test_redis_url_is_honoured() -> None:
    found = parameters(REDIS_URL="redis://worker:s3cret@redis.example:6380/3")
    expected = {"host": "redis.example", "port": 6380, "db": 3, "username": "worker", "password": "s3cret"}
    assert {name: found[name] for name in expected} == expected


def test_redis_params_are_honoured_beside_redis_url() -> None:
    found = parameters(
        REDIS_URL="redis://redis.example", REDIS_PARAMS={"password": "s3cret", "socket_timeout": 7, "db": 2}
    )
    expected = {"host": "redis.example", "password": "s3cret", "socket_timeout": 7, "db": 2}
    assert {name: found[name] for name in expected} == expected


def test_the_older_settings_are_honoured() -> None:
    found = parameters(REDIS_HOST="redis.example", REDIS_PORT=6380, REDIS_DB=4)
    assert (found["host"], found["port"], found["db"]) == ("redis.example", 6380, 4)


def test_a_stalled_server_is_given_up_after_scrapy_redis_own_timeouts() -> None:
    found = parameters(REDIS_URL="redis://redis.example")
    assert (found["socket_timeout"], found["socket_connect_timeout"]) == (30, 30)


def test_the_client_is_asynchronous_whatever_class_the_settings_name() -> None:
    client = connect(options(REDIS_HOST="h", REDIS_PARAMS={"redis_cls": "redis.client.StrictRedis"}), None)
    assert isinstance(client, AsyncRedis)


@pytest.mark.parametrize(
    "settings",
    [{"REDIS_DECODE_RESPONSES": True}, {"REDIS_PARAMS": {"decode_responses": True}}],
    ids=["REDIS_DECODE_RESPONSES", "REDIS_PARAMS"],
)
async def test_the_queue_works_where_scrapy_redis_was_told_to_decode_answers(
    redis: Redis, redis_url: str, settings: dict[str, Any]
) -> None:
    redis.lpush("ranklist:start_urls", '{"room_id":1,"every":60}')
    queue = RoomQueue(connect(options(**settings, REDIS_URL=redis_url), None))
    try:
        (lease,) = (await queue.lease("w", 1, 1000)).leases
    finally:
        await queue.close()
    assert (lease.room_id, lease.schedule.every) == ("1", 60.0)


BROKEN = [
    "redis.example:6379",
    "http://redis.example",
    "redis://redis.example:port",
    "redis://[::1",
    "redis://:s3cret/x@redis.example",
    "redis+cluster://",
    "redis+cluster://one,:7000",
    "redis+cluster://one/name",
    "redis+sentinel://one:26379",
    "redis+sentinel://one:port/name",
    "redis+sentinel://one/name/db",
    "redis+nothing://one",
]


@pytest.mark.parametrize("url", BROKEN)
def test_a_broken_redis_url_is_a_queue_error(url: str) -> None:
    with pytest.raises(QueueError, match="REDIS_URL"):
        connect(options(REDIS_URL=url), None)


def test_the_error_of_a_broken_redis_url_shows_no_password() -> None:
    with pytest.raises(QueueError) as caught:
        connect(options(REDIS_URL="redis://:s3cret/x@redis.example"), None)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "settings",
    [
        {"REDIS_URL": "redis://redis.example"},
        {"REDIS_HOST": "redis.example"},
        {"REDIS_PORT": 6380},
        {"REDIS_PARAMS": {"url": "redis://redis.example"}},
        {"REDIS_PARAMS": {"host": "redis.example"}},
        {"REDIS_PARAMS": {"port": 6380}},
        {"REDIS_PARAMS": {"unix_socket_path": "/run/redis.sock"}},
    ],
    ids=str,
)
def test_no_server_is_embedded_where_the_settings_name_one(settings: dict[str, Any]) -> None:
    assert not wants_embedded(options(**settings))


@pytest.mark.parametrize(
    "settings", [{}, {"REDIS_URL": ""}, {"REDIS_URL": None}, {"REDIS_PARAMS": {"socket_timeout": 7}}], ids=str
)
def test_a_server_is_embedded_where_the_settings_name_none(settings: dict[str, Any]) -> None:
    assert wants_embedded(options(**settings))


def test_nothing_is_started_where_the_settings_name_a_server(tmp_path: Path) -> None:
    chosen = options(REDIS_URL="redis://redis.example", DATA_DIR=str(tmp_path))
    assert asyncio.run(embedded(chosen)) is None
    assert not list(tmp_path.iterdir())


async def test_an_embedded_server_serves_the_queue_of_its_data_folder(tmp_path: Path) -> None:
    chosen = options(DATA_DIR=str(tmp_path))
    server = await embedded(chosen)
    assert server is not None
    queue = RoomQueue(connect(chosen, server))
    try:
        assert await queue.push([Job("1")]) == 1
    finally:
        await queue.close()
        server.close()


def test_the_inbox_is_named_after_the_spider_as_scrapy_redis_does() -> None:
    assert inbox_key(options(), "ranklist") == "ranklist:start_urls"


@pytest.mark.parametrize(
    ("key", "expected"), [("fleet:%(name)s", "fleet:ranklist"), ("rooms", "rooms"), ("", "ranklist:start_urls")]
)
def test_redis_start_urls_key_names_the_inbox(key: str, expected: str) -> None:
    assert inbox_key(options(REDIS_START_URLS_KEY=key), "ranklist") == expected


@pytest.mark.parametrize(
    "url",
    [
        "redis://:s3cret@redis.example:6379/0",
        "redis://worker:s3cret@redis.example/0",
        "rediss://worker:s%20s3cret@redis.example/0",
        "redis://redis.example/0?password=s3cret",
        "redis://:1/s3cret@redis.example:6379/0",
        "redis+cluster://worker:s3cret@one:7000,two:7001",
        "rediss+sentinel://worker:s3cret@one,two/fleet/3",
    ],
)
def test_the_place_of_the_queue_shows_no_password(url: str) -> None:
    shown = place(options(REDIS_URL=url), None)
    assert "s3cret" not in shown
    assert "worker" not in shown


def test_the_place_of_the_queue_shows_host_and_port() -> None:
    url = "redis://:s3cret@redis.example:6380/0"
    assert place(options(REDIS_URL=url), None) == "redis://redis.example:6380/0"
    assert place(options(REDIS_URL="unix:///run/redis.sock?db=0"), None) == "unix:///run/redis.sock"
    assert place(options(REDIS_HOST="redis.example"), None) == "the server of REDIS_HOST"


def test_a_cluster_is_named_by_some_of_its_nodes() -> None:
    chosen = options(REDIS_URL="redis+cluster://worker:s%40cret@one:7000,two")
    client: Any = connect(chosen, None)
    assert isinstance(client, RedisCluster)
    assert set(client.nodes_manager.startup_nodes) == {"one:7000", "two:6379"}
    given = client.nodes_manager.connection_kwargs
    assert (given["username"], given["password"], given["socket_timeout"]) == ("worker", "s@cret", 30)
    assert place(chosen, None) == "redis+cluster://one:7000,two:6379"


def test_sentinels_and_the_name_of_the_master_make_a_client_of_it() -> None:
    chosen = options(
        REDIS_URL="rediss+sentinel://:s3cret@one:26380,two/fleet/3",
        REDIS_PARAMS={"sentinel_kwargs": {"password": "another"}},
    )
    pool: Any = connect(chosen, None).connection_pool
    assert pool.service_name == "fleet"
    assert issubclass(pool.connection_class, SentinelManagedSSLConnection)
    assert (pool.connection_kwargs["password"], pool.connection_kwargs["db"]) == ("s3cret", 3)
    sentinels = [each.connection_pool.connection_kwargs for each in pool.sentinel_manager.sentinels]
    assert [(each["host"], each["port"]) for each in sentinels] == [("one", 26380), ("two", 26379)]
    assert {(each["password"], each["socket_timeout"]) for each in sentinels} == {("another", 30)}
    assert place(chosen, None) == "redis+sentinel://one:26380,two:26379/fleet"


def test_the_place_of_an_embedded_server_is_its_socket(tmp_path: Path) -> None:
    server = join(tmp_path)
    assert place(options(), server) == f"the embedded server at {server.socket}"
    server.close()
