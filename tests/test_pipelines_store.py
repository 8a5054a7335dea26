"""The pipeline that stores: what the store finds out about a list is in the item that feeds get."""

import asyncio
from functools import partial
from pathlib import Path

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.statscollectors import MemoryStatsCollector

from rankcrawler.model.items import Poll
from rankcrawler.pipelines.store import StorePipeline
from rankcrawler.store import locate
from rankcrawler.store.writer import Writer
from tests.builders import polled
from tests.test_store_records import listed


async def passed(folder: Path, polls: list[Poll], crawler: Crawler) -> list[Poll]:
    """The items that come out of the pipeline."""
    pipeline = StorePipeline(Writer(partial(locate.open_store, f"sqlite:///{folder}/ranks.db")), crawler)
    await pipeline.open_spider()
    items = [await pipeline.process_item(poll) for poll in polls]
    await pipeline.close_spider()
    return [item for item in items if isinstance(item, Poll)]


def test_a_list_that_the_store_finds_to_be_older_leaves_with_its_flag(tmp_path: Path) -> None:
    crawler = Crawler(Spider)
    crawler.stats = MemoryStatsCollector(crawler)
    lists = [listed(0, {"7": 100, "8": 50}), listed(1, {"7": 120, "8": 55}), listed(2, {"7": 100, "8": 50})]
    again = listed(3, {"7": 100, "8": 50})
    items = asyncio.run(passed(tmp_path, [polled(each) for each in (*lists, again)], crawler))
    assert [item.kept for item in items] == ["stored", "stored", "stored", "unchanged"]
    assert [item.found for item in items[:2]] == lists[:2]
    for item in items[2:]:
        assert item.snapshot is not None
        assert item.snapshot.flags == ("stale_list",)
        assert [row.flags for row in item.snapshot.entries] == [("stale_list",)] * 2
    assert crawler.stats.get_value("rankcrawler/flags/stale_list") == 2
    assert crawler.stats.get_value("rankcrawler/rows/stored") == 6
