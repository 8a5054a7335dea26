"""A worker whose own clock is wrong: its polls are dated like those of all others, and nothing is lost by it."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rankcrawler.clock import ms
from rankcrawler.gateways.address import Address
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from tests.gateways import environment, run, simulated
from tests.redis_server import redis_server

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(10)]
SHIFTED = """
import sys, time
real, by = time.time_ns, int(sys.argv.pop(1)) * 10**9
time.time_ns = lambda: real() + by
from rankcrawler.cli import main
main()
"""


@pytest.mark.parametrize("hours", [2, -2])
def test_polls_of_a_worker_whose_clock_is_wrong_are_dated_by_the_queue_server(tmp_path: Path, hours: int) -> None:
    world = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
    with simulated(world) as gateway, redis_server(tmp_path / "redis") as server:
        env = environment(gateway, tmp_path / "data", {"REDIS_URL": server.url})
        run("rooms", "add", ",".join(ROOMS), "--every", "3600", env=env)
        command = [sys.executable, "-c", SHIFTED, str(hours * 3600), "crawl", "ranklist"]
        command += ["-s", "MAX_IDLE_TIME_BEFORE_CLOSE=0.5"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        side = "ahead of" if hours > 0 else "behind"
        assert f"s {side} the queue server's: polls are dated by the server's" in done.stderr
        records = locate.open_records(f"sqlite:///{tmp_path / 'data' / 'ranks.db'}")
        polled = [ms(room.last_polled) for room in records.recurring(Address.of(gateway.url).source)]
        records.close()
    assert len(polled) == len(ROOMS)
    off = max(abs(datetime.fromtimestamp(each / 1000, UTC) - datetime.now(UTC)) for each in polled)
    assert off < timedelta(minutes=1)


AHEAD = "UPDATE _rooms SET last_polled_ms = last_polled_ms + 7200000 WHERE room_key <= 4"


def test_rooms_that_were_polled_in_the_future_leave_no_other_out_of_a_restore(tmp_path: Path) -> None:
    world = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
    with simulated(world) as gateway, redis_server(tmp_path / "redis") as server:
        env = environment(gateway, tmp_path / "data", {"REDIS_URL": server.url})
        run("rooms", "add", ",".join(ROOMS), "--every", "60", env=env)
        run("crawl", "ranklist", "-s", "MAX_IDLE_TIME_BEFORE_CLOSE=0.5", env=env)
        with closing(sqlite3.connect(tmp_path / "data" / "ranks.db")) as database, database:
            assert database.execute(AHEAD).rowcount == 4
        server.client.flushall()
        restored = run("rooms", "restore", env=env)
    assert restored.stdout == "10 rooms restored, of 10 that recur\n", restored.stderr
