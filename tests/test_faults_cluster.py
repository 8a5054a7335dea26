"""Workers of a cluster, one of whose servers is away for a while: they wait, and go on."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rankcrawler.simulator.faults import Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.crawls import crawling, until
from tests.gateways import simulated
from tests.redis_cluster import Cluster, redis_cluster

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(60)]
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))


@pytest.fixture(scope="module")
def cluster_to_break(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster that no other test uses."""
    with redis_cluster(tmp_path_factory.mktemp("broken")) as one:
        yield one


@pytest.mark.parametrize("how", ["killed", "frozen", "another killed", "all killed"])
def test_a_cluster_that_misses_a_server_for_three_seconds_ends_no_worker(
    cluster_to_break: Cluster, tmp_path: Path, how: str
) -> None:
    holder = cluster_to_break.holder
    others = [node for node in cluster_to_break.nodes if node is not holder]
    away = {"another killed": others[:1], "all killed": [holder, *others]}.get(how, [holder])
    holder.client.flushall()
    limits = '{"socket_timeout": 2, "socket_connect_timeout": 2}'
    options = ("-a", f"rooms={','.join(ROOMS)}", "-s", f"REDIS_PARAMS={limits}")
    with (
        simulated(WORLD, faults=Faults(latency=0.2)) as gateway,
        crawling(gateway, tmp_path, cluster_to_break.url, *options) as crawl,
    ):
        until(lambda: gateway.ledger.outcomes.total() >= 15)
        for node in away:
            (node.stop if how == "frozen" else node.kill)()
        time.sleep(3)
        for node in away:
            (node.go_on if how == "frozen" else node.start)()
        assert crawl.end(60) == 0, crawl.log
        assert "Traceback (most recent" not in crawl.log
        assert f"Lists: {len(ROOMS)} stored" in crawl.log
    until(lambda: all(each.client.ping() for each in cluster_to_break.nodes))
    time.sleep(2.5)
