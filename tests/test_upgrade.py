"""Workers of this version and of earlier ones, on one queue and one store."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from rankcrawler.store import schema
from tests import earlier_version, reading, stores
from tests.crawls import until
from tests.earlier_version import Running
from tests.gateways import Simulated, environment, run, simulated
from tests.queued import key

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(200)]
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
THIS = Path(__file__).parent.parent

Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts commands of versions, which end with the test."""
    started: list[Running] = []

    def begin(version: Path, env: dict[str, str], *words: str) -> Running:
        started.append(Running(version, tmp_path / f"log-{len(started)}", env, *words))
        return started[-1]

    yield begin
    for each in started:
        each.kill()


def together(gateway: Simulated, folder: Path, redis_url: str, store: str) -> dict[str, str]:
    """The environment of a fleet."""
    extra = {"REDIS_URL": redis_url, "STORE_URL": store, "PYTHONWARNINGS": "default"}
    return environment(gateway, folder, extra)


def lists_of(worker: Running) -> int:
    """How many lists a worker has stored, by its summary."""
    found = re.search(r"Lists: (\d+) stored", worker.log)
    assert found is not None, worker.log
    return int(found[1])


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_workers_of_two_versions_poll_each_room_once_between_them(
    kind: str, start: Start, redis: Redis, redis_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    previous = earlier_version.checkout(earlier_version.with_schema(schema.version()), tmp_path / "previous")
    store = stores.address(kind, tmp_path, request)
    with simulated(WORLD) as gateway:
        env = together(gateway, tmp_path / "data", redis_url, store)
        crawl = ("crawl", "ranklist", "-s", "CONCURRENT_REQUESTS=2")
        workers = [start(version, env, *crawl) for version in (previous, THIS, previous, THIS)]
        until(lambda: redis.zcard(key("wrk")) == len(workers), 40)
        assert run("rooms", "add", ",".join(ROOMS[:100]), env=env).returncode == 0
        added = start(previous, env, "rooms", "add", ",".join(ROOMS[100:]))
        assert added.end() == 0, added.log
        until(lambda: len(reading.rows(store, "SELECT room_id FROM poll_log")) >= len(ROOMS), 40)
        until(lambda: redis.exists(key("lease")) == 0)
        for each in workers:
            each.terminate()
        assert [each.end() for each in workers] == [0] * len(workers), [each.log for each in workers]
    polls = Counter(reading.rows(store, "SELECT room_id FROM poll_log"))
    assert polls == dict.fromkeys([(room,) for room in ROOMS], 1)
    shares = [lists_of(each) for each in workers]
    assert (sum(shares), min(shares) > 0) == (len(ROOMS), True)
    assert [redis.exists(key(name)) for name in ("sched", "ready", "lease", "dead")] == [0] * 4


def test_a_worker_of_the_version_before_a_migration_says_so_and_leaves_its_rooms_to_the_new_ones(
    start: Start, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    former = earlier_version.checkout(earlier_version.OF_SCHEMA_7, tmp_path / "former")
    store = f"sqlite:///{tmp_path}/ranks.db"
    with simulated(WORLD, lost=100) as gateway:
        env = together(gateway, tmp_path / "data", redis_url, store)
        assert start(former, env, "rooms", "add", ",".join(ROOMS[:40]), "--every", "0.5").end() == 0
        old = start(former, env, "crawl", "ranklist")
        until(lambda: len(gateway.ledger.rooms) == 40, 30)
        refused = run("crawl", "ranklist", env=env)
        assert refused.returncode == 1
        assert f"older rankcrawler (version 7, not {schema.version()}): stop all workers" in refused.stderr
        until(lambda: run("store", "migrate", env=env).returncode == 0, 30)
        assert old.end() == 1
        assert f"newer rankcrawler (version {schema.version()}, not 7): install that one" in old.log
        again = start(former, env, "crawl", "ranklist")
        assert again.end() == 1
        assert "install that one" in again.log
        status = json.loads(run("rooms", "status", "--json", env=env).stdout)
        assert (status["depth"]["scheduled"] + status["depth"]["ready"], status["depth"]["dead"]) == (40, 0)
        before = dict(reading.rows(store, "SELECT room_id, count(*) FROM poll_log GROUP BY room_id"))
        done = run("crawl", "ranklist", "-s", "CLOSESPIDER_ITEMCOUNT=80", env=env)
        assert "stored" in done.stderr
    after = dict(reading.rows(store, "SELECT room_id, count(*) FROM poll_log GROUP BY room_id"))
    assert {room for room in ROOMS[:40] if after[room] <= before[room]} == set()
    polls = reading.rows(store, "SELECT count(*), count(DISTINCT room_id || ' ' || polled_at) FROM poll_log")
    assert polls[0][0] == polls[0][1]
    assert redis.zcard(key("dead")) == 0
