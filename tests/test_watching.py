"""Watching a real fleet: alert rules as promtool wants them, and every question of the dashboard asked of a Prometheus.

The Prometheus has read a real server and a real worker. Where there is none, what the dashboard asks is compared with
what these two serve: each metric and each label must be there.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from rankcrawler.serve.setup import Setup
from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.crawls import crawling, until
from tests.gateways import environment, run, simulated
from tests.options import options
from tests.redis_server import free_port, redis_server
from tests.serving import BEIJING, served

DEPLOY = Path(__file__).parent.parent / "deploy"
RULES: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "rankcrawler.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TOKEN = "a-canary-of-the-api"
GOOD = [str(7_300_000_000_000_000_000 + step) for step in range(6)]
WORLD = World(1, dict.fromkeys(GOOD, Scenario.ORDINARY) | {GOOD[5]: Scenario.ANONYMISED})
_INSTALL = "apt-get install prometheus"


def program(name: str) -> str:
    """The path of a program of Prometheus; skips the test where there is none, and fails it in CI."""
    found = shutil.which(name)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"there is no {name} on this machine: {_INSTALL}")
    if found is None:
        pytest.skip(f"there is no {name} on this machine: {_INSTALL}")
    return found


def expressions() -> list[str]:
    """Everything that the dashboard asks, with a time that suits a test."""
    asked = [target["expr"] for panel in PANELS for target in panel["targets"]]
    return [each.replace("$__rate_interval", "5s") for each in asked]


class Fleet(NamedTuple):
    """The addresses of a server and a worker that serve metrics."""

    serve: str
    worker: str


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A worker that polls rooms again and again, with some failures, and a server beside it."""
    data = tmp_path_factory.mktemp("fleet")
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(data / "redis"))
        gateway = stack.enter_context(simulated(WORLD, faults=Faults(0.1), lost=50))
        extra = {"REDIS_URL": redis.url, "METRICS_PORT": "0", "API_TOKEN": TOKEN, "BUDGET_PER_DAY": "100000"}
        added = run("rooms", "add", *GOOD, "--every", "0.3", env=environment(gateway, data, extra))
        assert added.returncode == 0, added.stderr
        worker = stack.enter_context(crawling(gateway, data, extra))
        worker.says("Serving metrics at ", 30)
        setup = Setup(f"sqlite:///{data}/ranks.db", BEIJING, token=TOKEN, queue=options(REDIS_URL=redis.url))
        url = stack.enter_context(served(setup))
        until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        found = re.search(r"Serving metrics at (\S+)/metrics", worker.log)
        assert found is not None
        yield Fleet(url, found[1])
        worker.terminate()
        assert TOKEN not in worker.log


@pytest.fixture(scope="module")
def prometheus(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that has read both for some seconds, as deploy/prometheus/prometheus.yml says."""
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    (folder / "api_token").write_text(TOKEN)
    configured = configuration(folder)
    configured["global"] |= {"scrape_interval": "500ms", "scrape_timeout": "500ms"}
    for job, url in zip(configured["scrape_configs"], fleet, strict=True):
        job.pop("dns_sd_configs", None)
        job["static_configs"] = [{"targets": [url.removeprefix("http://")]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configured))
    words = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    listen = ["--web.listen-address", f"127.0.0.1:{port}", "--log.level", "warn"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([program("prometheus"), *words, *listen], stderr=log) as it,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: len(asked(url, "count_over_time(rankcrawler_queue_up[1m]) > 3")) == 2, 30)
            until(lambda: len(asked(url, "count_over_time(rankcrawler_leases[1m]) > 3")) == 1, 30)
            yield url
        finally:
            it.terminate()
            it.wait(20)


def configuration(folder: Path) -> dict[str, Any]:
    """deploy/prometheus/prometheus.yml, with the folder in place of those of a container."""
    text = (DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text.replace("/run/secrets", str(folder)))
    shutil.copy(DEPLOY / "prometheus" / "alerts.yml", folder)
    return found


def asked(url: str, expression: str) -> list[dict[str, Any]]:
    """The series that answer a question; none while the Prometheus starts."""
    try:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": expression}, timeout=5)
    except httpx.TransportError:
        return []
    if answer.status_code == 503:
        return []
    found = answer.json()
    assert found["status"] == "success", found
    return list(found["data"]["result"])


def scraped(fleet: Fleet) -> dict[str, set[str]]:
    """The names of all samples that the two serve, each with its labels."""
    found: dict[str, set[str]] = {}
    for url in fleet:
        text = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_the_dashboard_asks_for_what_is_served(fleet: Fleet) -> None:
    until(lambda: {"rankcrawler_gateway_responses_total", "rankcrawler_flags_total"} <= set(scraped(fleet)))
    found = scraped(fleet)
    found["up"] = set()
    questions = [*expressions(), *(rule["expr"] for rule in ALERTS.values())]
    missing = [each for each in questions for name, labels in selected(each) if not labels <= found.get(name, {"?"})]
    assert missing == []
    assert len(questions) > 50


def selected(expression: str) -> Iterator[tuple[str, set[str]]]:
    """The metrics that a question names, each with the labels that it, or what adds it up, asks for."""
    return _selected(promql_parser.parse(expression), set())


def _selected(part: Any, labels: set[str]) -> Iterator[tuple[str, set[str]]]:
    match part:
        case promql_parser.BinaryExpr():
            yield from _selected(part.lhs, labels)
            yield from _selected(part.rhs, labels)
        case promql_parser.AggregateExpr():
            by = set() if part.modifier is None else {*part.modifier.labels}
            yield from _selected(part.expr, labels | by)
        case promql_parser.Call():
            for each in part.args:
                yield from _selected(each, labels)
        case promql_parser.ParenExpr():
            yield from _selected(part.expr, labels)
        case promql_parser.MatrixSelector():
            yield from _selected(part.vector_selector, labels)
        case promql_parser.VectorSelector():
            asked_for = {each.name for each in part.matchers.matchers if each.name != "__name__"}
            yield part.name or "", (labels | asked_for) - {"job", "instance"}
        case _:
            assert isinstance(part, promql_parser.NumberLiteral), part


def test_no_label_names_a_room_or_a_token(fleet: Fleet) -> None:
    for url in fleet:
        text = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        assert not [room for room in GOOD if room in text]
        assert TOKEN not in text


def test_every_panel_has_an_answer_after_some_seconds(prometheus: str) -> None:
    empty = [each for each in expressions() if not asked(prometheus, each)]
    until(lambda: not [each for each in empty if not asked(prometheus, each)], 20)


def test_a_worker_asks_for_the_token(fleet: Fleet) -> None:
    assert httpx.get(f"{fleet.worker}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{fleet.worker}/metrics").status_code == 401
    assert httpx.get(f"{fleet.worker}/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
    other = {"Authorization": f"Bearer {TOKEN}", "Host": "rebound.test"}
    assert httpx.get(f"{fleet.worker}/metrics", headers=other).status_code == 403


def test_every_panel_says_what_it_shows_and_has_its_place() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert [panel["title"] for panel in PANELS if not panel["description"].endswith(".")] == []
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len(set(places)) == len(places)
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in PANELS)


SERIES = {
    "RankcrawlerDown": ('up{job="rankcrawler-worker"}', "0x20"),
    "RankcrawlerNoLists": (
        'rankcrawler_last_list_age_seconds{kind="ranklist"}',
        "290+15x20",
        'rankcrawler_watched_rooms{kind="ranklist"}',
        "3x20",
    ),
    "RankcrawlerRoomsStale": (
        'rankcrawler_stale_rooms{kind="ranklist"}',
        "20x20",
        'rankcrawler_watched_rooms{kind="ranklist"}',
        "100x20",
    ),
    "RankcrawlerFleetStopped": ('rankcrawler_gate_state{state="stopped"}', "1x20"),
    "RankcrawlerFleetHeld": ('rankcrawler_gate_state{state="held"}', "1x20"),
    "RankcrawlerRoomsLate": ('rankcrawler_queue_overdue_seconds{kind="ranklist"}', "61x20"),
    "RankcrawlerNoWorkers": (
        'rankcrawler_queue_workers{kind="ranklist"}',
        "0x20",
        'rankcrawler_queue_rooms{kind="ranklist",state="ready"}',
        "5x20",
    ),
    "RankcrawlerRoomsDied": ('rankcrawler_queue_events_total{kind="ranklist",event="dead"}', "0x10 1x10"),
    "RankcrawlerBudgetNearlySpent": ("rankcrawler_budget_spent_calls", "81x20", "rankcrawler_budget_calls", "100x20"),
    "RankcrawlerPollsFail": (
        'rankcrawler_polls_total{verdict="retry"}',
        "0+30x20",
        'rankcrawler_polls_total{verdict="read"}',
        "0+60x20",
    ),
    "RankcrawlerGatewayOutage": ("rankcrawler_gateway_outage", "1x20"),
    "RankcrawlerTokensSetAside": ('rankcrawler_tokens{state="set_aside"}', "1x20"),
    "RankcrawlerQueueDown": ('rankcrawler_queue_up{kind="ranklist"}', "0x20"),
    "RankcrawlerQueueMayLoseRooms": ('rankcrawler_queue_warnings{kind="ranklist"}', "2x20"),
    "RankcrawlerStoreDown": ("rankcrawler_store_up", "0x20"),
    "RankcrawlerStoreSlow": (
        'rankcrawler_store_batch_seconds_bucket{le="1"}',
        "0x20",
        'rankcrawler_store_batch_seconds_bucket{le="+Inf"}',
        "0+60x20",
        'rankcrawler_store_batch_seconds_bucket{le="2.5"}',
        "0+60x20",
    ),
    "RankcrawlerPollsNotStored": ("rankcrawler_polls_not_stored_total", "0x10 1x10"),
    "RankcrawlerErrors": ("rankcrawler_errors_total", "0x10 1x10"),
}
"""What a fleet says, minute by minute, in the case that each alert is for: series and their values in turn."""
WELL = {
    'up{job="rankcrawler-worker"}': "1x20",
    'rankcrawler_last_list_age_seconds{kind="ranklist"}': "2x20",
    'rankcrawler_watched_rooms{kind="ranklist"}': "100x20",
    'rankcrawler_stale_rooms{kind="ranklist"}': "5x20",
    'rankcrawler_gate_state{state="stopped"}': "0x20",
    'rankcrawler_gate_state{state="held"}': "1x5 0x15",
    'rankcrawler_queue_overdue_seconds{kind="ranklist"}': "70x3 1x17",
    'rankcrawler_queue_workers{kind="ranklist"}': "2x20",
    'rankcrawler_queue_rooms{kind="ranklist",state="ready"}': "5x20",
    'rankcrawler_queue_events_total{kind="ranklist",event="dead"}': "7x20",
    "rankcrawler_budget_spent_calls": "0+1x20",
    "rankcrawler_budget_calls": "100x20",
    'rankcrawler_polls_total{verdict="retry"}': "0+1x20",
    'rankcrawler_polls_total{verdict="read"}': "0+60x20",
    "rankcrawler_gateway_outage": "0x20",
    'rankcrawler_tokens{state="set_aside"}': "0x20",
    'rankcrawler_queue_up{kind="ranklist"}': "1x20",
    'rankcrawler_queue_warnings{kind="ranklist"}': "0x20",
    "rankcrawler_store_up": "1x20",
    'rankcrawler_store_batch_seconds_bucket{le="1"}': "0+60x20",
    'rankcrawler_store_batch_seconds_bucket{le="+Inf"}': "0+60x20",
    "rankcrawler_polls_not_stored_total": "0x20",
    "rankcrawler_errors_total": "0x20",
}
"""What a fleet says that is well, but for a rest that the gateway asked for and a late start."""
_OF_SERIES = {"RankcrawlerDown": {"job": "rankcrawler-worker"}}


def cases() -> Iterator[dict[str, Any]]:
    """Tests of promtool: each alert fires in its case, none does where all is well."""
    for alert, given in SERIES.items():
        by_kind = {"kind": "ranklist"} if "by (kind)" in ALERTS[alert]["expr"] else {}
        labels = ALERTS[alert]["labels"] | _OF_SERIES.get(alert, by_kind)
        expected = {"exp_labels": labels, "exp_annotations": ALERTS[alert]["annotations"]}
        yield case(dict(zip(given[::2], given[1::2], strict=True)), alert, [expected])
        yield case(WELL, alert, [])


def case(series: dict[str, str], alert: str, expected: list[dict[str, Any]]) -> dict[str, Any]:
    """A test of promtool."""
    given = [{"series": name, "values": values} for name, values in series.items()]
    question = {"eval_time": "19m", "alertname": alert, "exp_alerts": expected}
    return {"interval": "1m", "input_series": given, "alert_rule_test": [question]}


def test_each_alert_fires_in_its_case_and_none_where_all_is_well(tmp_path: Path) -> None:
    promtool = program("promtool")
    assert set(SERIES) == set(ALERTS)
    shutil.copy(DEPLOY / "prometheus" / "alerts.yml", tmp_path)
    tests = {"rule_files": ["alerts.yml"], "tests": [*cases()]}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(tests))
    (tmp_path / "api_token").write_text(TOKEN)
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configuration(tmp_path)))
    for words in (
        ("test", "rules", "tests.yml"),
        ("check", "rules", "alerts.yml"),
        ("check", "config", "prometheus.yml"),
    ):
        done = subprocess.run([promtool, *words], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_metrics_are_as_promtool_wants_them(fleet: Fleet) -> None:
    promtool = program("promtool")
    for url in fleet:
        text = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        done = subprocess.run(
            [promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_an_alert_says_what_has_happened_and_what_to_do() -> None:
    for rule in ALERTS.values():
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in ("critical", "warning")
