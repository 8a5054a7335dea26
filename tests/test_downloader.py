"""The short way to the gateway, and when Scrapy's own is taken instead."""

import json
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.statscollectors import MemoryStatsCollector

from rankcrawler.speedups.downloader import ON_THE_LONG_WAY, ShortWay
from tests.gateways import environment, run, simulated

OURS: dict[str, Any] = {
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "DOWNLOAD_HANDLERS_BASE": {},
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1000,
}
ROOM = "7269635433430358144"
STATS = "scrapy.downloadermiddlewares.stats.DownloaderStats"


class Ranks(Spider):
    """A spider that does nothing."""

    name = "ranks"


@pytest.fixture
def crawler() -> Crawler:
    """A crawl that does not run, with our settings."""
    return prepared({})


def prepared(settings: dict[str, Any]) -> Crawler:
    """A crawl that does not run, with our settings and others."""
    crawler = Crawler(Ranks, OURS | settings)
    crawler.stats = MemoryStatsCollector(crawler)
    return crawler


def test_nothing_of_scrapys_own_way_is_needed_as_a_crawl_comes(crawler: Crawler) -> None:
    assert not ShortWay(crawler).is_long()


@pytest.mark.parametrize(
    "settings",
    [
        {"DOWNLOADER_MIDDLEWARES": {STATS: 850}},
        {"DOWNLOAD_DELAY": 0.5},
        {"AUTOTHROTTLE_ENABLED": True},
        {"DOWNLOAD_SLOTS": {"gateway.test": {"concurrency": 1}}},
        {"CONCURRENT_REQUESTS_PER_DOMAIN": 8},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_setting_that_asks_for_scrapys_own_way_is_obeyed(settings: dict[str, Any]) -> None:
    assert ShortWay(prepared(settings)).is_long()


@pytest.mark.parametrize("signal", ON_THE_LONG_WAY, ids=["reached", "downloaded", "left"])
def test_who_listens_on_scrapys_own_way_is_heard(crawler: Crawler, signal: object) -> None:
    def hear() -> None: ...

    crawler.signals.connect(hear, signal)
    assert ShortWay(crawler).is_long()


@pytest.mark.parametrize("middlewares", [{}, {STATS: 850}], ids=["short", "long"])
def test_a_crawl_comes_to_the_same_on_either_way(tmp_path: Path, middlewares: dict[str, int]) -> None:
    with simulated() as gateway:
        chosen = f"DOWNLOADER_MIDDLEWARES={json.dumps(middlewares)}"
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", "-s", chosen, env=environment(gateway, tmp_path))
    assert done.returncode == 0, done.stderr
    assert "Lists: 1 stored" in done.stderr
    assert "'downloader/response_status_count/200': " in done.stderr
    assert ("'downloader/request_bytes': " in done.stderr) is bool(middlewares)
