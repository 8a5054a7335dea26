"""The metrics as they are declared: named as Prometheus names metrics, documented, and without labels that grow."""

import re
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from rankcrawler import statistics
from rankcrawler.distribution import Distribution
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.token import Token
from rankcrawler.metrics import exposition, fleet, reference, worker
from rankcrawler.metrics.metric import Metric, Readings
from rankcrawler.metrics.worker import Held

ALL = (*worker.METRICS, *fleet.METRICS)

NOT_READ = {
    statistics.SNAPSHOTS_REDELIVERED: "one of the outcomes of lists",
    statistics.ROOMS_GIVEN: "of a crawl with rooms",
    statistics.ROOMS_REJECTED: "of a crawl with rooms",
    statistics.ROOMS_LEFT: "of a crawl that has ended",
    statistics.ROOMS_RECURRING: "of a crawl that has ended",
    statistics.LEASES_LEFT: "of a crawl that has ended",
    statistics.TOKENS_REFUSED: "tokens are counted by state",
    statistics.ANCHORS_GIVEN: "of a crawl with anchors",
}
"""Statistics that no metric shows, and why."""


def samples(readings: Readings) -> Iterator[Sample]:
    """What Prometheus would keep of them."""
    body, _ = exposition.written(readings, "")
    for family in text_string_to_metric_families(body.decode()):
        yield from family.samples


def held(spread: Distribution | None = None) -> Held:
    """A worker with three tokens, of which one rests and one is set aside."""
    keyring = Keyring([Token(f"c4nary-t0ken-{number}") for number in range(3)], now=lambda: 100.0)
    keyring.rest(1, 5)
    keyring.set_aside(2)
    spread = spread or Distribution((1.0,))
    return Held("ranklist", "gateway.test", 4, keyring, True, spread, Distribution((1.0,)), 0)


def value(readings: Readings, name: str, **labels: str) -> float:
    """The value of one sample."""
    [found] = [each.value for each in samples(readings) if (each.name, each.labels) == (name, labels)]
    return found


@pytest.mark.parametrize("metric", ALL, ids=lambda metric: metric.name)
def test_a_metric_is_named_as_prometheus_names_them(metric: Metric) -> None:
    assert re.fullmatch(r"rankcrawler(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not re.search(r"_(ms|minutes|hours|count|sum|bucket)$", metric.name)
    assert re.fullmatch(r"[A-Z0-9].*\.", metric.meaning)
    assert not {"room", "room_id", "user", "anchor", "token", "reason"} & set(metric.labels)


def test_no_two_metrics_share_a_name() -> None:
    assert len({metric.name for metric in ALL}) == len(ALL)


def test_every_statistic_is_a_metric_or_says_why_not() -> None:
    shown = {name for _, name, _ in worker._COUNTED} | {name for _, name in worker._AS_THEY_COME} | {*worker.SINGLE}
    shown |= {statistics.SNAPSHOTS, statistics.DEAD}
    assert set(statistics.MEANINGS) - shown == set(NOT_READ)


def test_a_worker_shows_what_its_crawl_has_counted() -> None:
    stats = {
        "rankcrawler/snapshots/stored": 5,
        "rankcrawler/snapshots/unchanged": 2,
        "rankcrawler/polls/retry": 3,
        "rankcrawler/polls/outage": 1,
        "rankcrawler/rows/stored": 500,
        "rankcrawler/dead/HTTP 404 for c4nary": 2,
        "rankcrawler/dead/another": 1,
        "rankcrawler/flags/no_clock": 1,
        "downloader/request_count": 10,
        "downloader/response_status_count/429": 1,
        "log_count/ERROR": 6,
    }
    found = worker.readings(stats, held())
    assert value(found, "rankcrawler_polls_total", verdict="read") == 7
    assert value(found, "rankcrawler_polls_total", verdict="retry") == 3
    assert value(found, "rankcrawler_polls_total", verdict="gone") == 0
    assert value(found, "rankcrawler_lists_total", outcome="unchanged") == 2
    assert value(found, "rankcrawler_polls_in_outage_total") == 1
    assert value(found, "rankcrawler_rows_total") == 500
    assert value(found, "rankcrawler_rooms_dead_total") == 3
    assert value(found, "rankcrawler_flags_total", flag="no_clock") == 1
    assert value(found, "rankcrawler_gateway_calls_total") == 10
    assert value(found, "rankcrawler_gateway_responses_total", status="429") == 1
    assert value(found, "rankcrawler_log_lines_total", level="ERROR") == 6


def test_a_worker_shows_what_it_holds() -> None:
    found = worker.readings({}, held())
    tokens = {state: value(found, "rankcrawler_tokens", state=state) for state in ("usable", "resting", "set_aside")}
    assert tokens == {"usable": 1, "resting": 1, "set_aside": 1}
    assert value(found, "rankcrawler_leases") == 4
    assert value(found, "rankcrawler_gateway_outage") == 1
    assert "c4nary" not in exposition.written(found, "")[0].decode()


def test_lateness_is_a_histogram() -> None:
    spread = Distribution((0.5, 1.0))
    for late in (0.25, 0.75, 7.0):
        spread.add(late)
    found = worker.readings({}, held(spread))
    buckets = [value(found, "rankcrawler_lateness_seconds_bucket", le=bound) for bound in ("0.5", "1.0", "+Inf")]
    assert buckets == [1, 2, 3]
    assert value(found, "rankcrawler_lateness_seconds_sum") == 8.0
    assert value(found, "rankcrawler_lateness_seconds_count") == 3


def test_openmetrics_is_written_if_it_is_asked_for() -> None:
    body, kind = exposition.written(worker.readings({}, held()), "application/openmetrics-text; version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
    assert exposition.written(Readings(), "*/*")[1].startswith("text/plain; version=0.0.4")


def test_the_documents_list_every_metric() -> None:
    text = reference.PAGE.read_text("utf-8")
    assert text == reference.with_tables(text)
    assert all(f"`{metric.name}" in text for metric in ALL)
