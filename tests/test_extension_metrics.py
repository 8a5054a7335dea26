"""The metrics that a crawl serves: off by default, by a setting on, and never in the way of polls."""

import re
import socket
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from rankcrawler.commands.fleet import _commands
from rankcrawler.errors import SettingError
from rankcrawler.extensions.metrics import Metrics
from rankcrawler.metrics import serving
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from rankcrawler.spiders.ranklist import RanklistSpider
from tests.crawls import crawling
from tests.gateways import environment, run, simulated
from tests.options import options

ROOM = "7300000000000000001"
WORLD = World(1, {ROOM: Scenario.ORDINARY})


def test_a_crawl_serves_no_metrics_unless_it_is_asked_to() -> None:
    with pytest.raises(NotConfigured):
        Metrics.from_crawler(Crawler(RanklistSpider, {"GATEWAY_URL": "http://gateway.test"}))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"METRICS_PORT": "65536"}, "METRICS_PORT must be at most 65535"),
        ({"METRICS_PORT": "9400", "METRICS_HOST": "0.0.0.0"}, "others can reach 0.0.0.0: set API_TOKEN"),  # noqa: S104
    ],
)
def test_what_cannot_be_served_is_refused(settings: dict[str, str], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        serving.check(options(**settings))
    serving.check(options(METRICS_PORT="0"))
    serving.check(options())


def test_without_the_library_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "find_spec", lambda _: None)
    with pytest.raises(SettingError, match=r"pip install 'rankcrawler\[metrics\]'"):
        serving.check(options(METRICS_PORT="0"))
    serving.check(options())


def test_each_worker_of_a_fleet_has_a_port_of_its_own() -> None:
    commands = _commands(3, [], options(METRICS_PORT="9400"), kind="ranklist", drain=False)
    ports = [word for command in commands for word in command if word.startswith("METRICS_PORT")]
    assert ports == ["METRICS_PORT=9400", "METRICS_PORT=9401", "METRICS_PORT=9402"]
    free = _commands(2, [], options(METRICS_PORT="0"), kind="ranklist", drain=False)
    assert not [word for command in free for word in command if word.startswith("METRICS_PORT")], (
        "each takes a free one"
    )


def test_a_crawl_whose_port_is_taken_says_so_and_polls(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken, simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path, {"METRICS_PORT": str(taken.getsockname()[1])})
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=env)
    assert done.returncode == 0, done.stderr
    assert "The metrics cannot be served at 127.0.0.1, port" in done.stderr


def test_a_worker_serves_its_figures_while_it_waits_for_rooms(tmp_path: Path) -> None:
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path)
        assert run("rooms", "add", ROOM, env=env).returncode == 0
        with crawling(gateway, tmp_path, {"METRICS_PORT": "0"}) as worker:
            worker.says("Serving metrics at http://127.0.0.1:")
            found = re.search(r"Serving metrics at (\S+)", worker.log)
            assert found is not None
            text = ""
            while 'rankcrawler_polls_total{verdict="read"} 1.0' not in text:
                text = httpx.get(found[1]).text
            worker.terminate()
    assert "rankcrawler_lateness_seconds_count 1.0" in text
    assert "rankcrawler_store_batch_polls_total 1.0" in text
    assert re.search(r'rankcrawler_worker_info\{kind="ranklist",source="127.0.0.1:\d+",version="[^"]+"\} 1.0', text)
