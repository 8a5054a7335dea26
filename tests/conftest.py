"""What every test may use: a real Redis-compatible server, a real browser, and `async def` tests."""

import asyncio
import gc
import inspect
from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from redis import Redis

from rankcrawler.queue.embedded import join
from rankcrawler.queue.room_queue import RoomQueue
from tests.browsing import Open, Window, chromium
from tests.order import ordered
from tests.postgresql import PostgresServer, postgres_server
from tests.redis_cluster import flush, plain_client, queue_client, redis_cluster


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged goes from process to process as UTF-8, which has no halves of surrogate pairs."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where several processes share the tests, each begins to import them at another place: what one has compiled and
    written down, the others read. The collection reports what cannot be imported.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    number, processes = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    folders = [Path(each) for each in session.config.args if Path(each).is_dir()]
    names = sorted(path.stem for folder in folders for path in folder.glob("test_*.py"))
    begin = len(names) * number // processes
    for name in names[begin:] + names[:begin]:
        with suppress(Exception, pytest.skip.Exception):
            import_module(f"tests.{name}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, those that take long come first."""
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    if processes > 1:
        items[:] = ordered(items, lambda item: item.path.stem, processes)


def pytest_collection_finish() -> None:
    """Garbage collection leaves alone what was collected: thousands of tests, which it would go through each time."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that names its SERVERS has its tests run on each of them."""
    if "redis_url" in metafunc.fixturenames and (servers := getattr(metafunc.module, "SERVERS", None)):
        metafunc.parametrize("redis_url", servers, indirect=True, scope="session")


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The event loop of one test and its fixtures."""
    with asyncio.Runner() as one:
        yield one


@pytest.fixture(scope="session")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the session's server."""
    server = join(tmp_path_factory.mktemp("redis"))
    yield server.url
    server.close()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the session's cluster of three."""
    with redis_cluster(tmp_path_factory.mktemp("cluster")) as one:
        yield one.url


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The session's PostgreSQL server."""
    with postgres_server("fsync=off", "shared_buffers=32MB", "max_connections=50") as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(request: pytest.FixtureRequest) -> str:
    """The address of the server, or of what a test module parametrizes this with."""
    return str(request.getfixturevalue(getattr(request, "param", "single")))


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A plain client of the server that has the queue's keys, emptied; it answers text, whatever the bytes."""
    with plain_client(redis_url, decode_responses=True, encoding_errors="surrogateescape") as client:
        flush(redis_url)
        yield client


@pytest.fixture
def queue(redis: Redis, redis_url: str, runner: asyncio.Runner) -> Iterator[RoomQueue]:  # noqa: ARG001 — empties it
    """An empty queue at the default inbox; a room is dead after three failures."""
    one = RoomQueue(queue_client(redis_url), attempts=3)
    yield one
    runner.run(one.close())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of a module's tests: of no more, because no event loop can run beside it."""
    with chromium() as one:
        yield one


@pytest.fixture
def window_at(browser: Browser) -> Iterator[Open]:
    """Opens windows on a server, which close after the test."""
    with ExitStack() as stack:

        def window(url: str, **options: Any) -> Window:
            one = Window(browser, url, **options)
            stack.callback(one.close)
            return one

        yield window
