"""Workers whose store is restarted, locked, full or gone: real processes, real databases.

Each time: the worker waits, holding no more leases than its window, goes on by itself, and every room is stored once.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from rankcrawler.errors import StoreUnavailable
from rankcrawler.queue.embedded import join
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.server import Gateway
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from rankcrawler.store.contract import Kept
from tests.builders import polled, snapshot
from tests.crawls import crawling, until
from tests.gateways import environment, run, simulated
from tests.postgresql import PostgresServer, postgres_server

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(60)]
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
ALL = ("-a", f"rooms={','.join(ROOMS)}")
WINDOW = 8
"""Twice the requests at once of a worker of these tests."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway that takes its time: with four requests at once, a crawl of all rooms lasts two seconds or more."""
    with simulated(WORLD, faults=Faults(latency=0.15)) as one:
        yield one


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of one test."""
    with postgres_server("deadlock_timeout=200ms") as one:
        yield one


def leased(data: Path) -> int:
    with Redis(unix_socket_path=str(data / "queue" / "redis.sock")) as redis:
        return int(redis.zcard("rc:{ranklist:start_urls}:lease"))


def polls_of(where: str) -> list[int]:
    """How many polls each room has, in the order of ROOMS."""
    store = locate.open_records(where)
    try:
        return [len(store.polls(room, "2000-01-01", "2100-01-01")) for room in ROOMS]
    finally:
        store.close()


def test_a_postgresql_server_that_crashes_again_and_again_loses_no_row(
    server: PostgresServer, gateway: Gateway, tmp_path: Path
) -> None:
    where = server.database()
    with crawling(gateway, tmp_path / "data", {"STORE_URL": where}, *ALL) as crawl:
        for done in (5, 20, 40):
            until(lambda done=done: gateway.ledger.outcomes.total() >= done)  # type: ignore[misc]
            server.restart(signal.SIGQUIT)
        assert crawl.end() == 0, crawl.log
        assert "The store cannot be written, trying again" in crawl.log
        assert "Traceback (most recent" not in crawl.log
    assert polls_of(where) == [1] * len(ROOMS)


def test_a_postgresql_server_that_is_away_is_waited_for_with_a_bounded_number_of_leases(
    server: PostgresServer, gateway: Gateway, tmp_path: Path
) -> None:
    where, data = server.database(), tmp_path / "data"
    with crawling(gateway, data, {"STORE_URL": where}, *ALL) as crawl:
        until(lambda: gateway.ledger.outcomes.total() >= 10)
        server.stop(signal.SIGQUIT)
        crawl.says("The store cannot be written, trying again")
        time.sleep(2)
        waiting = gateway.ledger.outcomes.total()
        assert leased(data) <= WINDOW
        time.sleep(1)
        assert gateway.ledger.outcomes.total() == waiting, "nothing is asked for that cannot be stored"
        server.start()
        assert crawl.end() == 0, crawl.log
        assert "The store can be written again, after " in crawl.log
    assert polls_of(where) == [1] * len(ROOMS)


def test_a_postgresql_server_that_starts_after_the_crawl_is_waited_for(
    server: PostgresServer, gateway: Gateway, tmp_path: Path
) -> None:
    where = server.database()
    server.stop(signal.SIGQUIT)
    with crawling(gateway, tmp_path / "data", {"STORE_URL": where}, *ALL) as crawl:
        crawl.says("cannot be opened")
        server.start()
        assert crawl.end() == 0, crawl.log
    assert polls_of(where) == [1] * len(ROOMS)


def test_a_worker_told_to_stop_while_its_store_is_away_ends_within_ten_seconds_and_gives_its_rooms_back(
    server: PostgresServer, gateway: Gateway, tmp_path: Path
) -> None:
    where, data = server.database(), tmp_path / "data"
    database = where.partition("?")[0].rpartition("/")[2]
    queue = join(data)
    try:
        with crawling(gateway, data, {"STORE_URL": where}, *ALL) as crawl:
            until(lambda: gateway.ledger.outcomes.total() >= 10)
            with suppress(psycopg.OperationalError), server.connect(database) as other, other.transaction():
                other.execute("LOCK TABLE _rooms IN EXCLUSIVE MODE")
                until(lambda: server.is_waited_for(database))  # so that no commit is on its way
                server.stop(signal.SIGQUIT)
            crawl.says("The store cannot be written, trying again")
            assert crawl.terminate() < 10
            assert crawl.end() == 1
        assert leased(data) == 0
    finally:
        queue.close()
    server.start()
    done = run("crawl", "ranklist", "-a", "rooms=", env=environment(gateway, data, {"STORE_URL": where}))
    assert done.returncode == 0, done.stderr
    assert polls_of(where) == [1] * len(ROOMS)


def test_a_deadlock_is_a_reason_to_try_again(server: PostgresServer) -> None:
    where = server.database()
    store, database = locate.open_records(where, create=True), where.partition("?")[0].rpartition("/")[2]
    rooms = ["1", "2"]
    first = [polled(snapshot(room_id=room)) for room in rooms]
    later = [polled(snapshot(room_id=room, captured_at="2026-11-23T12:00:00.000Z")) for room in rooms]
    store.write(first)
    raised: list[StoreUnavailable] = []

    def write() -> None:
        try:
            store.write(later)
        except StoreUnavailable as error:
            raised.append(error)

    with server.connect(database, options="-c deadlock_timeout=30s") as other, other.transaction(force_rollback=True):
        other.execute("SELECT 1 FROM _rooms WHERE room_id = '2' FOR UPDATE")
        writer = threading.Thread(target=write)
        writer.start()
        until(lambda: server.is_waited_for(database))
        other.execute("SELECT 1 FROM _rooms WHERE room_id = '1' FOR UPDATE")
        writer.join(20)
    assert "deadlock" in str(raised)
    assert store.write(later) == [Kept.UNCHANGED] * 2
    store.close()


LOCK = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
"""


def test_a_file_that_another_process_locks_is_waited_for(gateway: Gateway, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with crawling(gateway, data, {}, *ALL) as crawl:
        until(lambda: gateway.ledger.outcomes.total() >= 10)
        command = [sys.executable, "-c", LOCK, str(data / "ranks.db"), "4"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "locked\n"
            crawl.says("The store cannot be written, trying again")
            assert leased(data) <= WINDOW
        assert crawl.end() == 0, crawl.log
        assert "The store can be written again, after " in crawl.log
    assert polls_of(f"sqlite:///{data}/ranks.db") == [1] * len(ROOMS)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or os.getuid() != 0
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small disk can be mounted by root on Linux alone")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_waited_for_until_there_is_room(small_disk: Path, gateway: Gateway, tmp_path: Path) -> None:
    where = f"sqlite:///{small_disk}/ranks.db"
    locate.open_store(where).close()
    ballast = small_disk / "ballast"
    with crawling(gateway, tmp_path / "data", {"STORE_URL": where}, *ALL) as crawl:
        until(lambda: gateway.ledger.outcomes.total() >= 5)
        fill(ballast)
        crawl.says("The store cannot be written, trying again")
        time.sleep(1)
        ballast.unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        assert crawl.end() == 0, crawl.log
        assert "The store can be written again, after " in crawl.log
    assert polls_of(where) == [1] * len(ROOMS)
    with sqlite3.connect(small_disk / "ranks.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()


def fill(path: Path) -> None:
    """Take all the room there is on a disk."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096) == 4096:
                pass
        except OSError:
            return


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("name", ["entries.jsonl", "polls.jsonl"])
def test_a_full_disk_ends_a_crawl_into_json_lines_and_nothing_is_acknowledged(tmp_path: Path, name: str) -> None:
    folder, data = tmp_path / "ranks", tmp_path / "data"
    folder.mkdir()
    (folder / name).symlink_to("/dev/full")
    queue = join(data)
    try:
        with simulated(WORLD, lost=8) as gateway:
            env = environment(gateway, data, {"STORE_URL": f"jsonl:{folder}"})
            done = run("crawl", "ranklist", "-a", f"rooms={','.join(ROOMS[:8])}", env=env)
        assert done.returncode == 1
        assert "because the store failed: the JSON Lines store cannot be written: [Errno 28]" in done.stderr
        assert "Failed: the store failed" in done.stderr
        with Redis(unix_socket_path=str(data / "queue" / "redis.sock"), decode_responses=True) as redis:
            assert redis.zrange("rc:{ranklist:start_urls}:ready", 0, -1, withscores=False) == ROOMS[:8]
            assert redis.hlen("rc:{ranklist:start_urls}:att") == 0, "no attempt was counted"
    finally:
        queue.close()


def test_json_lines_that_cannot_be_opened_end_a_crawl_at_once(gateway: Gateway, tmp_path: Path) -> None:
    folder = tmp_path / "ranks"
    folder.mkdir(mode=0o500)
    if os.getuid() == 0:  # whom no permission stops
        (folder / "polls.jsonl").mkdir()
    env = environment(gateway, tmp_path / "data", {"STORE_URL": f"jsonl:{folder}"})
    done = run("crawl", "ranklist", *ALL, env=env)
    assert done.returncode == 1
    assert f"the JSON Lines store {folder} cannot be opened" in done.stderr
    assert gateway.ledger.outcomes.total() == 0
