"""scrapy-redis's settings name the server and the inbox, as they do for its own fleets."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.sentinel import SentinelManagedSSLConnection

from rankcrawler.errors import NoQueue, QueueError, SettingError
from rankcrawler.queue.connection import connect, embedded, inbox_key, place, wants_embedded
from rankcrawler.queue.embedded import join
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome, Settlement
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.queue.roster import find
from rankcrawler.queue.worker import Worker
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


def test_a_queue_that_is_only_read_is_not_made(tmp_path: Path) -> None:
    chosen = options(DATA_DIR=str(tmp_path / "data"))
    with pytest.raises(NoQueue, match=f"^there is no queue at {tmp_path}/data/queue: a crawl creates it"):
        asyncio.run(embedded(chosen, create=False))
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
    ("key", "expected"),
    [
        ("fleet:%(name)s", "fleet:ranklist"),
        ("rooms", "rooms"),
        ("", "ranklist:start_urls"),
        ("100%:%(name)s", "100%:ranklist"),
        ("50%% of %(name)s", "50% of ranklist"),
        ("%s:%d", "%s:%d"),
        ("%(spider)s", "%(spider)s"),
    ],
)
def test_redis_start_urls_key_names_the_inbox(key: str, expected: str) -> None:
    assert inbox_key(options(REDIS_START_URLS_KEY=key), "ranklist") == expected


@pytest.mark.parametrize("name", ["a b", "a:b", "{a}", "队", "a" * 65])
def test_a_name_of_a_queue_that_cannot_be_part_of_a_key_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match="QUEUE_NAME must be up to 64 letters"):
        inbox_key(options(QUEUE_NAME=name), "ranklist")


UNCODED = [
    "redis://user:s3cret/1@redis.example:6379/0",
    "redis://user:p@s3cret/1@redis.example/0",
    "redis://:12/s3cret@redis.example/0",
    "redis://:12?s3cret@redis.example/0",
    "redis://user:12#s3cret@redis.example/0",
    "redis://user:12?s3cret@redis.example/0",
    "redis://:p[s3cret@redis.example/0",
    "rediss://s3cret:12/x@redis.example/0",
    "redis+cluster://user:s3cret/1@one:7000,two:7000",
    "redis+sentinel://user:s3/cret@one/name",
]


@pytest.mark.parametrize("url", UNCODED)
@pytest.mark.parametrize("where", ["REDIS_URL", "REDIS_PARAMS"])
def test_a_password_that_is_not_percent_encoded_is_refused_and_not_shown(url: str, where: str) -> None:
    with pytest.raises(QueueError, match="percent-encode") as caught:
        connect(options(**({"REDIS_URL": url} if where == "REDIS_URL" else {"REDIS_PARAMS": {"url": url}})), None)
    assert "s3" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["redis://user:p@s3cret@redis.example:6380/0", "redis://user:p%2Fs3cret@redis.example:6380/0"]
)
def test_an_at_sign_in_a_password_works_and_is_not_shown(url: str) -> None:
    assert parameters(REDIS_URL=url)["host"] == "redis.example"
    assert place(options(REDIS_URL=url), None) == "redis://redis.example:6380/0"


@pytest.mark.parametrize("connections", [1, 2, "two", -5])
def test_too_few_connections_are_refused(connections: Any) -> None:
    for settings in ({"REDIS_URL": "redis://h"}, {"REDIS_HOST": "h"}):
        with pytest.raises(SettingError, match="max_connections, in REDIS_PARAMS, must be at least 3"):
            connect(options(**settings, REDIS_PARAMS={"max_connections": connections}), None)
    with pytest.raises(SettingError, match="must be at least 8"):
        connect(options(REDIS_URL="redis+cluster://one", REDIS_PARAMS={"max_connections": connections}), None)


@pytest.mark.parametrize("in_url", [False, True])
async def test_a_worker_works_with_three_connections(redis_url: str, redis: Redis, in_url: bool) -> None:
    url = f"{redis_url}&max_connections=3" if in_url else redis_url
    given = {} if in_url else {"max_connections": 3}
    queue = RoomQueue(connect(options(REDIS_URL=url, REDIS_PARAMS=given), None))
    worker, before = Worker(queue, "w", window=8, ttl=0.3, drain=True), len(redis.client_list())
    await queue.push([Job(str(room)) for room in range(1, 41)])
    worker.open()
    async for lease in worker.leases():
        await asyncio.sleep(0.02)
        worker.settle(lease, Outcome.DONE)
    await asyncio.gather(*(worker.hold(0.01) for _ in range(10)))
    await worker.close()
    used = len(redis.client_list()) - before
    await queue.close()
    assert used <= 3
    assert (worker.tally.lost, worker.tally.left) == (0, 0)


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "ascii"])
async def test_the_queue_works_in_any_encoding(redis: Redis, redis_url: str, encoding: str) -> None:
    redis.lpush("ranklist:start_urls", "1")
    queue = RoomQueue(connect(options(REDIS_URL=redis_url, REDIS_ENCODING=encoding), None), attempts=1)
    try:
        (lease,) = (await queue.lease("w", 1, 1000)).leases
        await queue.settle([Settlement(lease, Outcome.RETRY, 0, "余额不足 é")])
        await queue.control.stop("余额不足 é")
        (room,) = await find(queue, ["1"])
        assert (await queue.lease("w", 1, 1000)).reason == "余额不足 é"
    finally:
        await queue.close()
    assert room is not None
    assert room.reason == "余额不足 é"


@pytest.mark.parametrize(
    "url",
    [
        "redis://:s3cret@redis.example:6379/0",
        "redis://worker:s3cret@redis.example/0",
        "rediss://worker:s%20s3cret@redis.example/0",
        "redis://redis.example/0?password=s3cret",
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
