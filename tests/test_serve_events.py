"""The stream of events: what has changed, to all who listen, also to those who were away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from rankcrawler.clock import iso
from rankcrawler.model.sessions import SessionChange
from rankcrawler.serve.alerts import Alerts
from rankcrawler.serve.api import events
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.events import feed as feeds
from rankcrawler.serve.events import watcher as watchers
from rankcrawler.serve.events.feed import Event, Feed
from rankcrawler.serve.events.watcher import Watcher
from rankcrawler.serve.queues import Queues
from rankcrawler.serve.server import serve
from rankcrawler.serve.setup import Setup
from rankcrawler.store import locate
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.gateways import NOON
from tests.options import options
from tests.redis_server import redis_server
from tests.serving import BEIJING


@pytest.fixture(params=stores.DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with a list of room 1."""
    return stores.ready(request.param, tmp_path, request, begun)


def begun(address: str) -> None:
    """Write the first list."""
    write(address, 0)


def write(address: str, minute: int, room: str = "1") -> None:
    """Write a list."""
    at = iso(NOON + 60_000 * minute)
    place = {"captured_at": at, "polled_at": at, "room_id": room}
    store = locate.open_records(address, create=True)
    store.write([polled(snapshot([entry(1, score=100 + minute, **place)], digest=f"{minute:032d}", **place))])
    store.close()


def everything(_: Event) -> bool:
    return True


class Stream:
    """What a stream has sent."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self.last_id = ""

    async def event(self) -> tuple[str, str]:
        """The next event: its name and its data."""
        async with asyncio.timeout(10):
            while True:
                fields = dict(line.split(": ", 1) for line in (await self.chunk()).splitlines() if ": " in line[1:])
                if "event" in fields:
                    self.last_id = fields["id"]
                    return fields["event"], fields["data"]

    async def chunk(self) -> str:
        """What is sent next, up to an empty line; several events may come together."""
        self._rest = self._rest or await anext(self._chunks)
        first, _, self._rest = self._rest.partition(b"\n\n")
        return f"{first.decode()}\n\n"


def listening(feed: Feed, last_id: str = "", wanted: Callable[[Event], bool] = everything) -> Stream:
    return Stream(feed.listen(last_id, wanted))


async def test_a_stream_has_what_happens_from_now_on_and_what_it_has_missed() -> None:
    feed = Feed("ab12")
    feed.add("list", {"room_id": "1"})
    stream = listening(feed)
    await stream.chunk()
    for room in "234":
        feed.add("list", {"room_id": room})
    assert [await stream.event() for _ in range(2)] == [("list", '{"room_id":"2"}'), ("list", '{"room_id":"3"}')]
    assert stream.last_id == "ab12-3"
    later = listening(feed, stream.last_id)
    assert await later.event() == ("list", '{"room_id":"4"}')


@pytest.mark.parametrize("last_id", ["cd34-1", "ab12-99", "ab12-x", "nonsense"])
async def test_a_stream_with_an_id_that_is_not_known_is_reset(last_id: str) -> None:
    feed = Feed("ab12")
    feed.add("list", {"room_id": "1"})
    stream = listening(feed, last_id)
    assert await stream.event() == ("reset", "{}")
    feed.add("list", {"room_id": "2"})
    assert await stream.event() == ("list", '{"room_id":"2"}')


async def test_a_stream_that_is_too_slow_is_reset_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "KEPT", 10)
    feed = Feed("ab12")
    stream = listening(feed)
    await stream.chunk()
    for number in range(25):
        feed.add("list", {"number": number})
    assert await stream.event() == ("reset", "{}")
    feed.add("fleet", {})
    assert await stream.event() == ("fleet", "{}")


async def test_a_stream_without_events_beats_and_ends_with_the_server() -> None:
    feed = Feed("ab12")
    stream = feed.listen("", everything, heartbeat=0.01)
    assert (await anext(stream)).startswith(b"retry: ")
    assert await anext(stream) == b": still here\n\n"
    assert feed.listeners == 1
    feed.close()
    assert [each async for each in stream if each != b": still here\n\n"] == []
    assert feed.listeners == 0


async def test_a_list_that_changed_and_a_session_that_begins_are_events(address: str) -> None:
    setup = Setup(address, BEIJING)
    desk, queues, feed = Desk(setup), Queues(None), Feed("ab12")
    watcher = Watcher(desk, queues, Alerts(setup), feed)
    feed.on_listen = lambda: None  # it looks when this test says so
    try:
        await watcher.look()
        assert feed.last == 0, "what there is already has not changed"
        write(address, 1)
        write(address, 0, room="2")
        await watcher.look()
        store = locate.open_records(address)
        store.write([polled(failed(room_id="2", polled_at=iso(NOON)))])
        store.note([SessionChange("gateway.test", "uid=5", "2", fence=1, begun_ms=NOON, begun_by="look")])
        store.close()
        await watcher.look()
        await watcher.look()
        stream = listening(feed, "ab12-0")
        found = sorted([await stream.event() for _ in range(feed.last)])
        assert [name for name, _ in found] == ["list", "list", "live"]
        assert ['"room_id":"1"' in found[0][1], '"room_id":"2"' in found[1][1]] == [True, True]
        assert '"anchor":"uid=5"' in found[2][1]
        store = locate.open_records(address)
        store.note([SessionChange("gateway.test", "uid=5", None, fence=2, ended_ms=NOON + 1, ended_by="looks")])
        store.close()
        await watcher.look()
        assert (await stream.event())[0] == "ended"
    finally:
        await queues.close()
        desk.close()


async def test_a_fleet_that_changes_is_an_event(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    write(address, 0)
    with redis_server(tmp_path / "redis") as redis:
        setup = Setup(address, BEIJING, queue=options(REDIS_URL=redis.url))
        desk, queues, feed = Desk(setup), Queues(setup.queue), Feed("ab12")
        watcher = Watcher(desk, queues, Alerts(setup), feed)
        feed.on_listen = lambda: None
        watchers_per_fleet = watchers._LOOKS_PER_FLEET
        try:
            await watcher.look()
            await queues.ask("ranklist", lambda queue: queue.control.pause())
            for _ in range(watchers_per_fleet):
                await watcher.look()
            stream = listening(feed, "ab12-0")
            name, data = await stream.event()
            assert (name, '"state":"paused"' in data) == ("fleet", True)
            redis.kill()
            for _ in range(watchers_per_fleet):
                await watcher.look()
            assert '"state":"unknown"' in (await stream.event())[1]
        finally:
            await queues.close()
            desk.close()


async def test_a_watcher_that_had_stopped_resets_those_who_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "_IDLE_LOOKS", 1)
    address = f"sqlite:///{tmp_path}/ranks.db"
    write(address, 0)
    setup = Setup(address, BEIJING)
    desk, queues, feed = Desk(setup), Queues(None), Feed("ab12")
    watcher = Watcher(desk, queues, Alerts(setup), feed, interval=0.001)
    try:
        watcher.start()
        async with asyncio.timeout(5):
            while watcher.is_running:  # noqa: ASYNC110 — it ends by itself
                await asyncio.sleep(0.001)
        stream = listening(feed, "ab12-0")
        assert await stream.event() == ("reset", "{}")
        await stream._chunks.aclose()  # type: ignore[attr-defined]
    finally:
        await watcher.close()
        await queues.close()
        desk.close()


async def test_a_client_gets_the_events_that_it_asks_for(address: str) -> None:
    async with serve(Setup(address, BEIJING)) as url, aiohttp.ClientSession() as session:
        path = f"{url}/api/v1/events?event=list&room=2"
        async with session.get(path) as response:
            assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
            assert response.headers["Cache-Control"] == "no-store"
            assert "Content-Encoding" not in response.headers
            stream = Stream(response.content.iter_any())
            await stream.chunk()
            await asyncio.sleep(1)
            write(address, 1)
            write(address, 1, room="2")
            name, data = await stream.event()
            assert (name, '"room_id":"2"' in data) == ("list", True)
        async with session.get(path, headers={"Last-Event-ID": "other-1"}) as response:
            assert await Stream(response.content.iter_any()).event() == ("reset", "{}")


async def test_streams_that_are_left_make_room_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST", 2)
    address = f"sqlite:///{tmp_path}/ranks.db"
    write(address, 0)
    async with serve(Setup(address, BEIJING)) as url, aiohttp.ClientSession() as session:
        path = f"{url}/api/v1/events"
        opened = [await session.get(path) for _ in range(2)]
        for each in opened:
            await each.content.readline()
        async with session.get(path) as refused:
            assert (refused.status, (await refused.json())["status"]) == (503, 503)
        for each in opened:
            each.close()
        async with asyncio.timeout(10):
            while (again := await session.get(path)).status != 200:
                again.close()
                await asyncio.sleep(0.01)
            again.close()
