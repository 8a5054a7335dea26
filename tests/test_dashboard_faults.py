"""What pages say in a real browser when the store, the queue or the server is not there, and how they recover."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event, Timer
from typing import Any

import apsw
import pytest
from playwright.sync_api import expect

from rankcrawler.insight.questions import Questions
from rankcrawler.serve.pages import asking
from rankcrawler.serve.setup import Setup
from rankcrawler.store.sqlite import SqliteDatabase
from tests import dashboard, postgresql
from tests.browsing import Open
from tests.options import options
from tests.redis_server import redis_server
from tests.serving import BEIJING, served

ROOM = dashboard.room_id(0)


def test_without_a_store_the_first_page_says_how_to_begin(window_at: Open, tmp_path: Path) -> None:
    with served(Setup(f"sqlite:///{tmp_path}/ranks.db", BEIJING)) as url:
        window = window_at(url)
        page = window.open("/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Which rooms do you want to follow?")
        expect(page.get_by_label("Rooms", exact=True)).to_be_editable()
        assert window.violations() == []
        for path in ("/contributors", "/compare", "/rooms/5"):
            expect(window.open(path).get_by_role("link", name="Try again")).to_be_visible()
        expect(window.open("/fleet").get_by_role("heading", level=1)).to_have_text("Fleet")


def test_a_page_says_that_it_waits_for_a_store_that_takes_its_time(
    window_at: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, goes_on = f"sqlite:///{tmp_path}/ranks.db", Event()
    dashboard.fill(address, dashboard.now_ms(), rooms=2, minutes=4, people=5)
    rooms, room = Questions.rooms, asking.room

    def slow(answer: Callable[..., Any]) -> Callable[..., Any]:
        def answered(*given: Any, **named: Any) -> Any:
            assert goes_on.wait(20)
            return answer(*given, **named)

        return answered

    with served(Setup(address, BEIJING)) as url:
        window = window_at(url)
        page = window.open("/")
        monkeypatch.setattr(Questions, "rooms", slow(rooms))
        monkeypatch.setattr(asking, "room", slow(room))
        try:
            page.get_by_role("searchbox", name="Find a room").fill(ROOM)
            expect(page.get_by_text("Asking the store")).to_be_visible()
            expect(page.get_by_role("main")).to_have_attribute("aria-busy", "true")
            assert page.locator(".wall tbody tr").count() == 2, "what there was is still there"
            goes_on.set()
            expect(page.locator(".wall tbody tr")).to_have_count(1)
            expect(page.get_by_text("Asking the store")).to_be_hidden()
            goes_on.clear()
            page.evaluate(
                """new MutationObserver(() => (sessionStorage.seen = document.documentElement.className))
                    .observe(document.documentElement, { attributes: true })"""
            )
            Timer(0.5, goes_on.set).start()
            page.get_by_role("link", name=ROOM).click()
        finally:
            goes_on.set()
        expect(page.get_by_role("heading", level=1)).to_contain_text(ROOM)
        assert "busy" in page.evaluate("sessionStorage.seen")
        expect(page.get_by_text("Asking the store")).to_be_hidden()
        assert window.errors == []


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """The file of a store is somewhere else for a while."""
    path.rename(away := path.with_name("away"))
    yield
    away.rename(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process has the store for itself."""
    with closing(apsw.Connection(str(path))) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        other.execute("BEGIN EXCLUSIVE; DELETE FROM _purges; COMMIT").fetchall()
        yield


@contextmanager
def migrated(path: Path) -> Iterator[None]:
    """A newer rankcrawler has migrated the store, and is then installed here, too."""
    with closing(apsw.Connection(str(path))) as other:
        version = other.execute("PRAGMA user_version").get
        other.execute("PRAGMA user_version = 1000")
        yield
        other.execute(f"PRAGMA user_version = {version}")


TROUBLE = "No news: the server or its store cannot be reached."
FAULTS: dict[str, tuple[Callable[[Path], AbstractContextManager[None]], str]] = {
    "gone": (gone, "was deleted, moved or replaced"),
    "migrated": (migrated, "newer rankcrawler"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_that_is_open_says_what_is_wrong_with_the_store_and_recovers_by_itself(
    window_at: Open, tmp_path: Path, fault: str
) -> None:
    broken, _ = FAULTS[fault]
    path = tmp_path / "ranks.db"
    dashboard.fill(f"sqlite:///{path}", dashboard.now_ms(), rooms=2, minutes=4, people=5)
    with served(Setup(f"sqlite:///{path}", BEIJING)) as url:
        window = window_at(url)
        window.page.clock.install()
        page = window.open(f"/rooms/{ROOM}")
        with broken(path):
            window.update()
            page.clock.run_for(100)
            expect(page.get_by_text(TROUBLE)).to_be_visible()
            assert page.locator("#list-table tbody tr").count() == 5, "what there was is still there"
        page.clock.run_for(10_000)
        expect(page.get_by_text(TROUBLE)).to_be_hidden()


@pytest.mark.parametrize("fault", [*FAULTS, "locked"])
def test_a_page_that_is_opened_says_what_is_wrong_with_the_store_and_recovers_by_itself(
    window_at: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    broken, why = {**FAULTS, "locked": (locked, "locked"), "gone": (gone, "there is no store")}[fault]
    path = tmp_path / "ranks.db"
    defaults = SqliteDatabase.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "patience", 0.05)
    dashboard.fill(f"sqlite:///{path}", dashboard.now_ms(), rooms=2, minutes=4, people=5)
    with served(Setup(f"sqlite:///{path}", BEIJING)) as url:
        page = window_at(url).page  # no one has asked the server before: what is open cannot be locked away
        page.clock.install()
        with broken(path):
            page.goto(f"/rooms/{ROOM}")
            expect(page.get_by_role("heading", level=1)).to_contain_text("cannot be reached now")
            expect(page.get_by_text(why)).to_be_visible()
        page.clock.run_for(6000)
        expect(page.locator("#list-table tbody tr")).to_have_count(5)


@pytest.mark.skipif(bool(postgresql.missing()), reason="needs a PostgreSQL server")
def test_pages_outlive_a_database_server_that_is_killed(window_at: Open) -> None:
    with postgresql.postgres_server() as server:
        address = server.database()
        dashboard.fill(address, dashboard.now_ms(), rooms=2, minutes=4, people=5)
        with served(Setup(address, BEIJING)) as url:
            window = window_at(url)
            window.page.clock.install()
            page = window.open("/")
            server.stop(signal.SIGQUIT)
            window.update()
            page.clock.run_for(100)
            expect(page.get_by_text(TROUBLE)).to_be_visible()
            server.start()
            page.clock.run_for(10_000)
            expect(page.get_by_text(TROUBLE)).to_be_hidden()
            assert page.locator(".wall tbody tr").count() == 2


def test_the_fleet_says_that_its_queue_is_gone_and_recovers_by_itself(window_at: Open, tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis") as redis, ExitStack() as stack:
        setup = Setup(f"sqlite:///{tmp_path}/ranks.db", BEIJING, queue=options(REDIS_URL=redis.url))
        url = stack.enter_context(served(setup))
        page = window_at(url).open("/fleet")
        expect(page.get_by_role("heading", name="Dead letters")).to_be_visible()
        page.wait_for_timeout(300)  # the server looks from when on it is listened to
        redis.kill()
        expect(page.get_by_text("The queue cannot be seen")).to_be_visible(timeout=15_000)
        redis.start()
        expect(page.get_by_role("heading", name="Dead letters")).to_be_visible(timeout=15_000)


def test_a_page_says_that_the_server_is_gone_and_recovers(window_at: Open, tmp_path: Path) -> None:
    setup = Setup(f"sqlite:///{tmp_path}/ranks.db", BEIJING)
    dashboard.fill(setup.store_url, dashboard.now_ms(), rooms=2, minutes=4, people=5)
    with served(setup) as url:
        window = window_at(url)
        page = window.open("/")
        expect(page.get_by_text(TROUBLE)).to_be_hidden()
    window.update()
    expect(page.get_by_text(TROUBLE)).to_be_visible()
    assert page.locator(".wall tbody tr").count() == 2
    with served(setup, port=int(url.rpartition(":")[2])):
        page.evaluate("setTimeout(() => document.dispatchEvent(new Event('visibilitychange')), 100)")
        expect(page.get_by_text(TROUBLE)).to_be_hidden(timeout=8000)
