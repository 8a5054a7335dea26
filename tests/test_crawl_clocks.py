"""Crawls against gateways whose clock stands still, and into stores with damage: every poll is on record."""

import sqlite3
from contextlib import closing
from pathlib import Path
from time import time_ns

import pytest

from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from tests import stores
from tests.gateways import NOON, environment, run, simulated

ROOM = "6994259511469247263"
WORLD = World(1, {ROOM: Scenario.ORDINARY})
EVER = ("1970-01-01", "2100-01-01")


@pytest.mark.parametrize("kind", [*stores.DATABASES, "jsonl"])
def test_a_stuck_cache_gives_a_poll_on_record_for_each_answer_and_is_counted(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    rooms = tmp_path / "rooms.csv"
    rooms.write_text(f"room_id,every\n{ROOM},0.1\n")
    options = ["-a", f"rooms={rooms}", "-s", "CLOSESPIDER_ITEMCOUNT=8", "-s", "CONCURRENT_REQUESTS=1"]
    now = time_ns() // 1_000_000
    with simulated(WORLD, clock=lambda: now, lost=2) as gateway:
        env = environment(gateway, tmp_path / "data", {"STORE_URL": where})
        done = run("crawl", "ranklist", *options, env=env)
    assert done.returncode == 0, done.stderr
    with closing(locate.open_store(where)) as store:
        polls = store.counts().polls
        assert (polls >= 8, store.counts().snapshots) == (True, 1)
        latest = store.latest(ROOM)
    assert latest is not None
    assert latest.flags == ("clock_stands_still",)
    assert f"Lists: 1 stored, {polls - 1} unchanged, 0 empty" in done.stderr
    assert f"'rankcrawler/flags/clock_stands_still': {polls - 1}," in done.stderr


def test_a_crawl_goes_on_in_a_store_that_has_lost_a_row_and_says_so(tmp_path: Path) -> None:
    now = [NOON]
    data = tmp_path / "data"
    with simulated(WORLD, clock=lambda: now[0], lost=1) as gateway:
        env = environment(gateway, data)
        for _ in range(2):
            assert run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=env).returncode == 0
            now[0] += 60_000
        with closing(sqlite3.connect(data / "ranks.db", isolation_level=None)) as database:
            database.execute("DELETE FROM _entries WHERE position = 1")
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=env)
        assert done.returncode == 0, done.stderr
        assert f"Room {ROOM}: rows of its last list are missing" in done.stderr
        assert run("store", "check", "--repair", env=env).returncode == 0
        with closing(locate.open_records(f"sqlite:///{data}/ranks.db")) as store:
            assert [poll.outcome for poll in store.polls(ROOM, *EVER)] == ["damaged", "damaged", "stored"]
            assert len(list(store.lists(ROOM, *EVER))) == 1
        gateway.stores.clear()
        gateway.journal.given.clear()
