"""A crawl's feeds without the crawl: rows go in, files come out."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from rankcrawler.feeds.extension import RankFeeds
from rankcrawler.model.items import Poll
from rankcrawler.model.rows import COLUMNS
from tests.builders import entry, polled, snapshot

HEADER = ",".join(column.name for column in COLUMNS)
REPLACED = {"r.jsonl": {"format": "jsonl", "overwrite": True}}
APPENDED = {"r.jsonl": {"format": "jsonl"}}
FINISHED = {"finish_reason": "finished"}
FAILED = {"finish_reason": "finished", "rankcrawler/dead/HTTP 404": 1}


class Feeding:
    """The feeds of one run; `stats` is what the run comes to."""

    def __init__(
        self, feeds: Mapping[str, Any], stats: Mapping[str, Any] = FINISHED, spider: Spider | None = None, **more: Any
    ) -> None:
        settings = Settings()
        settings.setmodule("rankcrawler.settings")
        settings.setdict({"FEEDS": dict(feeds)} | more, priority="cmdline")
        self._crawler = Crawler(Spider, settings)
        self._crawler.stats = MemoryStatsCollector(self._crawler)
        self._stats = stats
        self._spider = spider or Spider("ranklist")
        self._spider.crawler = self._crawler
        self.extension = RankFeeds(self._crawler)

    @property
    def stats(self) -> dict[str, Any]:
        """The statistics of the run."""
        return self._crawler.stats.get_stats()

    def open(self) -> None:
        """Open the feeds."""
        self.extension.open_spider(self._spider)
        self.extension._engine_started()

    def write(self, items: Iterable[Any]) -> None:
        """Write items."""
        for item in items:
            self.extension.item_scraped(item, self._spider)

    async def end(self) -> None:
        """End the run."""
        for name, value in self._stats.items():
            self._crawler.stats.set_value(name, value)
        await self.extension.end()


def fed(
    feeds: Mapping[str, Any], items: Iterable[Any], stats: Mapping[str, Any] = FINISHED, **more: Any
) -> dict[str, Any]:
    """Write items to feeds, end the run, and return its statistics."""

    async def run() -> dict[str, Any]:
        feeding = Feeding(feeds, stats, **more)
        feeding.open()
        feeding.write(items)
        await feeding.end()
        return feeding.stats

    return asyncio.run(run())


def refuse(feeds: dict[str, Any]) -> None:
    """Open feeds, which closes the crawl before it starts."""
    feeding = Feeding(feeds)
    with pytest.raises(CloseSpider) as closing:
        feeding.open()
    assert closing.value.reason == "feed_not_open"
    asyncio.run(feeding.end())


def lists(rows: int, number: int = 1) -> list[Poll]:
    """Polls that found lists of this many rows."""
    return [polled(snapshot([entry(rank) for rank in range(1, rows + 1)])) for _ in range(number)]


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def files(folder: Path) -> list[str]:
    """The names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())
