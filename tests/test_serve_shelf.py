"""Answers that are kept as long as they stand, and found once for all who ask."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import NotInStore
from rankcrawler.insight.questions import Questions
from rankcrawler.serve import shelf as shelves
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.setup import Setup
from rankcrawler.serve.shelf import REST, Shelf
from rankcrawler.store import locate
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.gateways import NOON
from tests.serving import BEIJING

MINUTE = 60_000


@pytest.fixture(params=stores.DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with a list of room 1."""
    return stores.ready(request.param, tmp_path, request, filled)


def filled(address: str, score: int = 100, room_id: str = "1", at_ms: int = NOON) -> None:
    """Write a list of a room."""
    place = {"captured_at": iso(at_ms), "polled_at": iso(at_ms), "room_id": room_id}
    store = locate.open_records(address, create=True)
    store.write([polled(snapshot([entry(1, score=score, **place)], digest=f"{score:032d}", **place))])
    store.close()


class Reader:
    """Someone who asks for a room's score, and how often that was found."""

    def __init__(self, address: str, now_ms: Callable[[], int] = lambda: NOON) -> None:
        self.desk = Desk(Setup(address, BEIJING))
        self.shelf = Shelf(self.desk, now_ms)
        self.found = 0
        self.is_slow = False
        self.begun, self.goes_on = Event(), Event()

    async def __aenter__(self) -> "Reader":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.goes_on.set()
        self.desk.close()

    def _score(self, store: Questions) -> bytes:
        self.found += 1
        found = str(store.latest("1").rows[0].score)
        if self.is_slow:
            self.begun.set()
            assert self.goes_on.wait(10)
        return found.encode()

    async def score(self, *, of_all: bool = False) -> int:
        stamp = self.shelf.state() if of_all else self.shelf.room("1")
        return int((await self.shelf.answer(("score", of_all), self._score, stamp)).answer)


async def test_a_question_is_answered_once_for_all_who_ask_it_at_a_time(address: str) -> None:
    async with Reader(address) as reader:
        assert await asyncio.gather(*(reader.score() for _ in range(50))) == [100] * 50
        assert reader.found == 1


async def test_an_answer_stands_until_what_it_is_about_changes(address: str) -> None:
    async with Reader(address) as reader:
        assert [await reader.score(), await reader.score(of_all=True)] == [100, 100]
        filled(address, 7, room_id="2")
        assert await reader.score() == 100
        assert reader.found == 2, "of another room"
        assert await reader.score(of_all=True) == 100
        assert reader.found == 3, "of a store in which anything was written"
        filled(address, 200, at_ms=NOON + MINUTE)
        assert [await reader.score(), await reader.score(of_all=True)] == [200, 200]


async def test_a_poll_that_fails_changes_a_room_too(address: str) -> None:
    async with Reader(address) as reader:
        await reader.score()
        store = locate.open_records(address)
        store.write([polled(failed(room_id="1", polled_at=iso(NOON + MINUTE)))])
        store.close()
        await reader.score()
        assert reader.found == 2


async def test_what_no_stamp_tells_of_is_there_after_some_seconds(address: str) -> None:
    now = [NOON]
    async with Reader(address, lambda: now[0]) as reader:
        await reader.score()
        now[0] += shelves.STANDS_MS
        await reader.score()
        assert reader.found == 2


async def test_who_asks_after_something_was_written_has_it_whatever_is_being_found(address: str) -> None:
    async with Reader(address) as reader:
        reader.is_slow = True
        early = asyncio.create_task(reader.score())
        assert await asyncio.to_thread(reader.begun.wait, 10)
        filled(address, 200, at_ms=NOON + MINUTE)
        late = [asyncio.create_task(reader.score()) for _ in range(5)]
        await asyncio.sleep(0)
        reader.goes_on.set()
        assert await early == 100
        assert await asyncio.gather(*late) == [200] * 5
        assert reader.found == 2


async def test_a_question_whose_answer_changes_all_the_time_takes_a_tenth_of_it(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    filled(address)
    async with Reader(address) as reader:
        took = []

        def slow(_: Questions) -> bytes:
            time.sleep(0.01)
            return b""

        for number in range(3):
            filled(address, 200 + number, at_ms=NOON + (1 + number) * MINUTE)
            began = time.monotonic()
            sheet = await reader.shelf.answer("slow", slow, reader.shelf.state())
            took.append(time.monotonic() - began)
            assert sheet.answer == b""
        assert took[0] < REST * 0.01 / 2, "the first has nothing to wait for"
        assert sum(took) > 2 * REST * 0.01 * 0.8
        began = time.monotonic()
        await reader.shelf.answer("slow", lambda _: b"new", reader.shelf.state())
        assert time.monotonic() - began < REST * 0.01 / 2, "what has not changed is there at once"


async def test_an_error_is_told_to_all_and_is_not_kept(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    filled(address, room_id="2")
    async with Reader(address) as reader:
        found = await asyncio.gather(*(reader.score() for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in found] == [NotInStore] * 3
        filled(address)
        assert await reader.score() == 100


async def test_answers_that_were_asked_for_least_lately_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "_MOST_BYTES", 11_000)
    address = f"sqlite:///{tmp_path}/ranks.db"
    filled(address)
    async with Reader(address) as reader:
        asked: list[str] = []

        async def ask(name: str) -> None:
            def found(_: Questions) -> bytes:
                asked.append(name)
                return bytes(3000)

            await reader.shelf.answer(name, found, reader.shelf.state())

        for name in ("a", "b", "a", "c", "a", "b"):
            await ask(name)
        assert asked == ["a", "b", "c", "b"]
