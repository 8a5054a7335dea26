"""Questions to a store that comes and goes, asked from several threads."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from threading import Barrier, Lock
from typing import Any

import apsw
import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import NoStore, NotInStore, StoreError, StoreUnavailable, TookTooLong
from rankcrawler.insight.questions import Questions
from rankcrawler.language import within
from rankcrawler.model.pseudonyms import Pseudonyms
from rankcrawler.serve import desk as desks
from rankcrawler.serve.desk import THREADS, Desk
from rankcrawler.serve.setup import Setup
from rankcrawler.store import locate
from rankcrawler.store.sqlite import SqliteDatabase
from tests import postgresql, stores
from tests.builders import entry, polled, snapshot
from tests.gateways import NOON
from tests.postgresql import PostgresServer
from tests.serving import BEIJING

KEY = "a-key-that-is-long-enough"


@pytest.fixture(params=stores.DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store with a list of room 1."""
    return stores.ready(request.param, tmp_path, request, filled)


def filled(address: str, score: int = 100) -> None:
    """Write a list of room 1."""
    place = {"captured_at": iso(NOON), "polled_at": iso(NOON), "room_id": "1"}
    store = locate.open_records(address, create=True)
    store.write([polled(snapshot([entry(1, score=score, **place)], digest=f"{score:032d}", **place))])
    store.close()


@asynccontextmanager
async def asking(
    address: str, pseudonyms: Pseudonyms | None = None, longest: float | None = None
) -> AsyncIterator[Desk]:
    """A desk in front of a store."""
    desk = Desk(Setup(address, BEIJING, pseudonyms=pseudonyms), longest=longest)
    try:
        yield desk
    finally:
        desk.close()


async def score(desk: Desk) -> int | None:
    """The score of the first contributor of room 1."""
    found = await desk.ask(lambda store: store.latest("1"))
    return found.rows[0].score


async def test_questions_that_take_long_are_answered_side_by_side(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "TURN", 0.01)
    async with asking(address) as desk:
        together = Barrier(THREADS, timeout=10)
        asked = (desk.ask(lambda store: (together.wait(), store.rooms())[1]) for _ in range(THREADS))
        await asyncio.gather(*asked)
        assert desk.waiting == 0


async def test_questions_that_take_no_time_are_answered_one_after_the_other(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "TURN", 60)
    at_a_time = Lock()

    def alone(store: Questions) -> bool:
        with store.records.unchanging():
            is_alone = at_a_time.acquire(blocking=False)
            store.rooms()
            at_a_time.release()
        return is_alone

    def failing(_: Questions) -> None:
        raise NotInStore("no")

    async with asking(address) as desk:
        given_up = asyncio.create_task(desk.ask(alone))
        asked = [asyncio.create_task(desk.ask(each)) for each in (alone, failing, *[alone] * 20)]
        await asyncio.sleep(0)
        given_up.cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
    assert [each for each in found if each is not True] == [found[1]]
    assert isinstance(found[1], NotInStore)


async def test_the_store_is_read_and_never_changed(address: str) -> None:
    async with asking(address) as desk:
        with pytest.raises(StoreError):
            await desk.ask(lambda store: store.records.database.all("note_purge", before_day=1))
        assert await score(desk) == 100


async def test_errors_speak_the_language_of_who_asks(address: str) -> None:
    async with asking(address) as desk:
        with within("zh_CN"), pytest.raises(NotInStore, match="直播间"):
            await desk.ask(lambda store: store.latest("9"))


async def test_a_store_that_was_away_is_found_again(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    async with asking(address) as desk:
        with pytest.raises(NoStore):
            await score(desk)
        filled(address)
        assert await score(desk) == 100
        for name in ("ranks.db", "ranks.db-wal", "ranks.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        with pytest.raises(NoStore):
            await score(desk)
        filled(address, 200)
        assert await score(desk) == 200


async def test_a_store_that_is_locked_keeps_nobody_waiting_for_ever(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    filled(address)
    async with asking(address) as desk:
        assert await score(desk) == 100
        with closing(apsw.Connection(str(tmp_path / "ranks.db"))) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await score(desk) == 100, "a writer keeps no reader from reading"
            other.execute("ROLLBACK")


async def test_a_store_that_is_locked_for_readers_is_an_error_while_that_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = SqliteDatabase.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "patience", 0.05)
    filled(f"sqlite:///{tmp_path}/ranks.db")
    async with asking(f"sqlite:///{tmp_path}/ranks.db") as desk:
        with closing(apsw.Connection(str(tmp_path / "ranks.db"))) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            other.execute("DELETE FROM _purges")
            other.execute("COMMIT")
            with pytest.raises(StoreError, match="locked"):
                await score(desk)
        assert await score(desk) == 100


@pytest.mark.skipif(bool(postgresql.missing()), reason="needs a PostgreSQL server")
async def test_a_connection_that_was_lost_is_made_again(postgres: PostgresServer) -> None:
    address = postgres.database()
    filled(address)
    async with asking(address) as desk:
        assert await score(desk) == 100
        with postgres.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [address.rpartition("/")[2]],
            )
        found = await asyncio.gather(*(score(desk) for _ in range(THREADS)), return_exceptions=True)
        assert all(each == 100 or isinstance(each, StoreUnavailable) for each in found)
        assert await score(desk) == 100


async def test_a_store_of_another_version_says_so_until_it_is_migrated(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    filled(address)
    async with asking(address) as desk:
        assert await score(desk) == 100
        with closing(apsw.Connection(str(tmp_path / "ranks.db"))) as other:
            version = other.execute("PRAGMA user_version").get
            other.execute("PRAGMA user_version = 1000")
            with pytest.raises(StoreError, match="newer rankcrawler"):
                await score(desk)
            other.execute(f"PRAGMA user_version = {version}")
        assert await score(desk) == 100


async def test_more_questions_than_can_be_answered_are_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "_WAITING", -THREADS)
    async with asking(address) as desk:
        with pytest.raises(StoreUnavailable, match="too many questions"):
            await score(desk)


async def test_with_a_key_answers_have_pseudonyms_and_nobody_is_looked_up_by_name(address: str) -> None:
    pseudonyms = Pseudonyms(KEY)
    async with asking(address) as clear, asking(address, pseudonyms) as desk:
        real = (await clear.ask(lambda store: store.latest("1"))).rows[0]
        shown = (await desk.ask(lambda store: store.latest("1"))).rows[0]
        assert (shown.score, shown.rank) == (real.score, real.rank)
        for name in ("user_id", "nickname", "display_id"):
            assert getattr(shown, name) not in (None, getattr(real, name))
        listed = await desk.ask(lambda store: store.records.latest("1"))
        as_stored = await clear.ask(lambda store: store.records.latest("1"))
        assert listed is not None
        assert as_stored is not None
        as_crawled = pseudonyms.of(as_stored)
        assert [row.user_id for row in listed.entries] == [row.user_id for row in as_crawled.entries]
        assert (listed.entries[0].avatar_url, listed.entries[0].gender) == (None, None)
        assert real.user_id is not None
        known = await desk.ask(lambda store: store.records.contributor(real.user_id or ""))
        assert known is not None
        assert known.nickname == shown.nickname, "whatever is returned is veiled"
        with pytest.raises(NotInStore):
            desk.veil.check_id(real.user_id)


def endless(store: Questions) -> None:
    """A query that would take hours."""
    database: Any = store.records.database
    database._sql["endless"] = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"
    )
    with database.unchanging():
        database.all("endless")


def restless(store: Questions) -> None:
    """Quick queries without an end."""
    with store.records.database.unchanging():
        while True:
            store.rooms()


@pytest.mark.parametrize("question", [endless, restless])
async def test_a_question_that_takes_too_long_is_given_up_and_the_next_is_answered(
    address: str, question: Callable[[Questions], None]
) -> None:
    async with asking(address, longest=0.1) as desk:
        assert await score(desk) == 100
        with pytest.raises(TookTooLong, match=r"more than 0\.1 s.*shorter time"):
            await desk.ask(question)
        assert await score(desk) == 100
