"""What a server says of its fleet to Prometheus, and whether it can answer."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from rankcrawler.clock import iso
from rankcrawler.insight.health import HourCounts
from rankcrawler.metrics import fleet
from rankcrawler.model.items import Poll
from rankcrawler.queue.access import anchors_beside, open_queue
from rankcrawler.queue.job import Job
from rankcrawler.queue.lease import Outcome, Settlement
from rankcrawler.serve.fleet_metrics import FRESH, FleetMetrics
from rankcrawler.serve.setup import Setup
from rankcrawler.serve.sources import Sources
from rankcrawler.serve.stored_counts import StoredCounts
from rankcrawler.store import locate
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.options import options
from tests.redis_server import Server, free_port, redis_server
from tests.serving import BEIJING, served

NOON = 1_764_475_200_000
TOKEN = "s3cret-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ROOMS = ("7269635433430358144", "6994259511469247263", "7300000000000000001")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    with redis_server(tmp_path / "redis") as server:
        yield server


def listed(room: str, at_ms: int, **schedule: Any) -> Poll:
    return polled(snapshot([entry(1)], room_id=room, captured_at=iso(at_ms), polled_at=iso(at_ms)), **schedule)


def store_with(address: str) -> None:
    """A store whose three rooms are polled every minute, and were last listed 1, 100 and 1000 seconds before NOON."""
    store = locate.open_records(address, create=True)
    for room, seconds in zip(ROOMS, (1, 100, 1000), strict=True):
        store.write([listed(room, NOON - seconds * 1000, every=60.0)])
    once = listed("5", NOON - 5_000_000)
    store.write([once, polled(failed(room_id="6", polled_at=iso(NOON)))])
    store.close()


def scraped(url: str, **headers: str) -> dict[tuple[str, ...], float]:
    """The samples of a scrape, by name and the values of their labels in the order of the labels' names."""
    answer = httpx.get(f"{url}/metrics", headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


async def work(setup: Setup) -> None:
    """Poll a room and leave another, stop the fleet, and let one anchor be looked up."""
    assert setup.queue is not None
    async with open_queue(setup.queue, "ranklist") as (queue, _):
        await queue.push([Job(room) for room in ROOMS])
        grant = await queue.lease("w", 2, 60_000)
        done, dead = grant.leases
        await queue.settle([Settlement(done, Outcome.DONE), Settlement(dead, Outcome.DEAD, 0, "gone")])
        await queue.gate.turn("budget", 100, "spent", 40, "day_ends", 4_000_000_000_000)
        await queue.control.hold(60_000)
        await anchors_beside(queue, setup.queue, "ranklist").looks()


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_a_scrape_has_the_figures_of_queue_and_store(
    kind: str, redis: Server, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    address = stores.address(kind, tmp_path, request)
    store_with(address)
    setup = Setup(address, BEIJING, queue=options(REDIS_URL=redis.url))
    asyncio.run(work(setup))
    with served(setup, now_ms=lambda: NOON) as url:
        found = scraped(url)
    rooms = {state: found["rankcrawler_queue_rooms", "ranklist", state] for state in ("ready", "leased", "dead")}
    assert rooms == {"ready": 1, "leased": 0, "dead": 1}
    assert found["rankcrawler_queue_up", "ranklist"] == found["rankcrawler_queue_up", "audience"] == 1
    events = {event: found["rankcrawler_queue_events_total", event, "ranklist"] for event in ("pushed", "done", "dead")}
    assert events == {"pushed": 3, "done": 1, "dead": 1}
    gate = {state: found["rankcrawler_gate_state", state] for state in ("run", "stopped", "paused", "held")}
    assert gate == {"run": 0, "stopped": 0, "paused": 0, "held": 1}
    assert 50 < found[("rankcrawler_gate_hold_seconds",)] <= 60
    assert (found[("rankcrawler_budget_calls",)], found[("rankcrawler_budget_spent_calls",)]) == (100, 40)
    assert (found["rankcrawler_watched_rooms", "ranklist"], found["rankcrawler_stale_rooms", "ranklist"]) == (3, 1)
    assert found["rankcrawler_last_list_age_seconds", "ranklist"] == 1
    ages = {share: found["rankcrawler_list_age_seconds", "ranklist", share] for share in ("50", "95", "100")}
    assert ages == {"50": 100, "95": 1000, "100": 1000}
    assert found["rankcrawler_store_polls_total", "ranklist"] == 4, "those of this hour and the last"
    assert found["rankcrawler_store_failed_polls_total", "ranklist"] == 1
    assert found[("rankcrawler_store_bytes",)] > 10_000
    names = {metric.name for metric in fleet.METRICS} - {fleet.RATE.name, fleet.INFLIGHT.name}
    assert names - {name for name, *_ in found} == set()
    assert not {name for name, *_ in found if name.startswith("rankcrawler")} - names
    assert not [each for key in found for each in key[1:] if each in ROOMS]


def test_what_cannot_be_reached_is_down_and_the_scrape_succeeds(tmp_path: Path) -> None:
    queue = options(REDIS_URL=f"redis://127.0.0.1:{free_port()}")
    with served(Setup(f"sqlite:///{tmp_path}/none.db", BEIJING, queue=queue)) as url:
        found = scraped(url)
        ready = httpx.get(f"{url}/readyz")
        assert httpx.get(f"{url}/healthz").status_code == 200
    assert found["rankcrawler_queue_up", "ranklist"] == found[("rankcrawler_store_up",)] == 0
    assert ("rankcrawler_gate_hold_seconds",) not in found
    assert ready.status_code == 503
    assert "the store: " in ready.json()["detail"]
    assert "the queue: " in ready.json()["detail"]


def test_a_server_is_ready_with_its_store_alone_where_there_is_no_queue(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    locate.open_records(address, create=True).close()
    for queue in (None, options(DATA_DIR=str(tmp_path / "none"))):
        with served(Setup(address, BEIJING, queue=queue)) as url:
            assert httpx.get(f"{url}/readyz").status_code == 200
            assert not [name for name, *_ in scraped(url) if name.startswith("rankcrawler_queue")]
    assert not (tmp_path / "none").exists()


def test_metrics_need_the_token_and_health_does_not(redis: Server, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    locate.open_records(address, create=True).close()
    setup = replace(Setup(address, BEIJING, queue=options(REDIS_URL=redis.url)), token=TOKEN)
    with served(setup) as url:
        refused = httpx.get(f"{url}/metrics")
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
        assert scraped(url, **BEARER)[("rankcrawler_store_up",)] == 1
        assert [httpx.get(f"{url}{path}").status_code for path in ("/healthz", "/readyz")] == [200, 200]
    assert TOKEN not in refused.text


def test_a_look_stands_for_some_seconds_for_all_who_ask(redis: Server, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    locate.open_records(address, create=True).close()
    setup = Setup(address, BEIJING, queue=options(REDIS_URL=redis.url))

    async def looks() -> list[bool]:
        sources, now = Sources(setup), [0.0]
        metrics = FleetMetrics(sources.desk, sources.queues, sources.feed, clock=lambda: now[0])
        first, beside = await asyncio.gather(metrics.read(), metrics.read())
        now[0] = FRESH - 0.1
        later = await metrics.read()
        now[0] = FRESH
        last = await metrics.read()
        await sources.close()
        return [each is first for each in (beside, later, last)]

    assert asyncio.run(looks()) == [True, True, False]


def test_counts_grow_over_the_hours_and_read_only_those_that_may_change() -> None:
    counts = StoredCounts()
    assert counts.first(100) == 99
    counts.take(100, [HourCounts(99, "ranklist", 7, 1, 5, 50), HourCounts(100, "ranklist", 1, 0, 1, 10)])
    assert counts.first(101) == 99, "a look in the hour before may have missed its end"
    counts.take(101, [HourCounts(99, "ranklist", 7, 1, 5, 50), HourCounts(100, "ranklist", 4, 0, 2, 20)])
    assert counts.first(105) == 100
    counts.take(105, [HourCounts(105, "audience", 1, 0, 1, 10)])
    assert counts.totals()["ranklist"] == {"polls": 11, "failures": 1, "lists": 7, "entries": 70}
    assert counts.totals()["audience"]["polls"] == 1
