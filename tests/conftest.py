"""What every test may use: a real Redis-compatible server, and `async def` tests."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from rankcrawler.queue.embedded import join
from rankcrawler.queue.room_queue import RoomQueue


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test, in the loop of its fixtures where they have one."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}
    runner = pyfuncitem.funcargs.get("runner")
    run = runner.run if isinstance(runner, asyncio.Runner) else asyncio.run
    run(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The event loop of one test and its fixtures."""
    with asyncio.Runner() as one:
        yield one


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the session's server."""
    server = join(tmp_path_factory.mktemp("redis"))
    yield server.url
    server.close()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A plain client of the session's server, which holds nothing yet; it answers text, whatever the bytes."""
    with Redis.from_url(redis_url, decode_responses=True, encoding_errors="surrogateescape") as client:
        client.flushall()
        yield client


@pytest.fixture
def queue(redis: Redis, redis_url: str, runner: asyncio.Runner) -> Iterator[RoomQueue]:  # noqa: ARG001 — empties it
    """An empty queue at the default inbox; a room is dead after three failures."""
    one = RoomQueue(AsyncRedis.from_url(redis_url), attempts=3)
    yield one
    runner.run(one.close())
