"""The writer's thread: batches, neighbours of a refused poll, and its end."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rankcrawler.errors import RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.model.items import Poll, RoomSnapshot
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store import writer as writer_module
from rankcrawler.store.answers import Counts, Finding
from rankcrawler.store.contract import Kept
from rankcrawler.store.json_lines import JsonLinesStore
from rankcrawler.store.writer import MAX_BATCH, Writer
from tests.builders import polled, snapshot


class SlowStore:
    """Keeps batches; refuses those with room 13; waits for its gate before the first."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.is_closed = False

    def write(self, polls: Sequence[Poll]) -> list[Kept]:
        self.gate.wait(10)
        rooms = [each.target.room_id for each in polls]
        if "13" in rooms:
            raise RefusedByStore("no room 13")
        self.batches.append(rooms)
        return [Kept.STORED] * len(rooms)

    def note(self, changes: Sequence[SessionChange]) -> None:
        raise NotImplementedError

    def latest(self, room_id: str, *, kind: str = "ranklist", source: str | None = None) -> RoomSnapshot | None:
        raise NotImplementedError

    def counts(self) -> Counts:
        raise NotImplementedError

    def check(self) -> Iterator[Finding]:
        raise NotImplementedError

    def close(self) -> None:
        self.is_closed = True


async def _write_all(store: SlowStore, rooms: Sequence[int]) -> list[Kept | BaseException]:
    writer = Writer(lambda: store)
    await writer.open()
    writes = [asyncio.create_task(writer.write(polled(snapshot(room_id=str(room))))) for room in rooms]
    await asyncio.sleep(0.05)
    store.gate.set()
    results = await asyncio.gather(*writes, return_exceptions=True)
    await writer.close()
    return results


def test_polls_that_arrive_during_a_commit_are_written_together() -> None:
    store = SlowStore()
    assert asyncio.run(_write_all(store, range(100, 150))) == [Kept.STORED] * 50
    assert len(store.batches) == 2
    assert store.is_closed


def test_a_batch_is_bounded() -> None:
    store = SlowStore()
    asyncio.run(_write_all(store, range(100, 100 + 3 * MAX_BATCH)))
    assert max(map(len, store.batches)) <= MAX_BATCH
    assert sum(map(len, store.batches)) == 3 * MAX_BATCH


def test_a_refused_poll_does_not_affect_its_neighbours() -> None:
    results = asyncio.run(_write_all(SlowStore(), [11, 12, 13, 14]))
    assert [isinstance(result, StoreError) for result in results] == [False, False, True, False]


def test_opening_raises_what_the_store_raises(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def open_it() -> None:
        await Writer(lambda: JsonLinesStore(tmp_path / "file")).open()

    with pytest.raises(StoreError, match="cannot be opened"):
        asyncio.run(open_it())


def test_the_writer_waits_for_a_store_that_is_starting_but_not_forever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_PAUSE", 0.01)
    calls: list[None] = []

    def open_store() -> JsonLinesStore:
        calls.append(None)
        if len(calls) < 4:
            raise StoreUnavailable("it is starting up")
        return JsonLinesStore(tmp_path)

    async def open_it() -> None:
        writer = Writer(open_store)
        await writer.open()
        await writer.close()

    asyncio.run(open_it())
    assert len(calls) == 4
    calls.clear()
    monkeypatch.setattr(writer_module, "OPENING", 0.0)
    with pytest.raises(StoreUnavailable, match="starting up"):
        asyncio.run(open_it())
    assert len(calls) <= 2


def test_closing_writes_what_still_waits(tmp_path: Path) -> None:
    async def write_and_close() -> Kept:
        writer = Writer(lambda: JsonLinesStore(tmp_path))
        await writer.open()
        write = asyncio.create_task(writer.write(polled(snapshot())))
        await asyncio.sleep(0)
        await writer.close()
        return await write

    assert asyncio.run(write_and_close()) is Kept.STORED
    store = JsonLinesStore(tmp_path)
    assert store.counts().polls == 1
    store.close()


class AbsentStore(SlowStore):
    """Is unavailable for a number of calls."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.gate.set()
        self.calls = calls

    def write(self, polls: Sequence[Poll]) -> list[Kept]:
        self.calls -= 1
        if self.calls >= 0:
            raise StoreUnavailable("not now")
        return super().write(polls)


def test_the_writer_waits_for_a_store_that_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(writer_module, "_PAUSE", 0.01)
    assert asyncio.run(_write_all(AbsentStore(5), [1, 2])) == [Kept.STORED] * 2
    assert caplog.messages[0] == "The store cannot be written, trying again: not now"
    assert caplog.messages[-1].startswith("The store can be written again, after ")


class DefectiveStore(SlowStore):
    """Raises what no store should raise when it meets room 13."""

    def write(self, polls: Sequence[Poll]) -> list[Kept]:
        if "13" in (each.target.room_id for each in polls):
            raise KeyError("met with room 13")
        return super().write(polls)


def test_a_defect_in_one_poll_fails_that_poll_alone(caplog: pytest.LogCaptureFixture) -> None:
    results = asyncio.run(_write_all(DefectiveStore(), [11, 12, 13, 14]))
    assert results[:2] + results[3:] == [Kept.STORED] * 3
    assert repr(results[2]) == "RefusedByStore('room 13: a defect of the store, KeyError')"
    assert caplog.text.count("KeyError: 'met with room 13'") == 1, "one traceback, of the poll that fails"


def test_the_writer_gives_an_unavailable_store_up_some_time_after_the_crawl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "PATIENCE", 0.1)
    store = AbsentStore(10_000)

    async def stop_early() -> list[Kept | BaseException]:
        crawling = [True]
        writer = Writer(lambda: store, lambda: crawling[0])
        await writer.open()
        writes = [asyncio.create_task(writer.write(polled(snapshot(room_id=str(room))))) for room in (1, 2)]
        await asyncio.sleep(0.05)
        crawling.clear()
        crawling.append(False)
        results = await asyncio.gather(*writes, return_exceptions=True)
        with pytest.raises(StoreUnavailable, match="has ended"):
            await writer.write(polled(snapshot()))
        await writer.close()
        return results

    assert [type(result) for result in asyncio.run(stop_early())] == [StoreUnavailable] * 2
    assert store.is_closed
