"""Last: keep the poll, and go on only when it is on disk. What follows acknowledges the room."""

import logging
from functools import partial

import msgspec
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem
from scrapy.statscollectors import StatsCollector

from rankcrawler.errors import RankcrawlerError
from rankcrawler.items import FailedPoll, RoomSnapshot
from rankcrawler.store import locate
from rankcrawler.store.contract import Kept
from rankcrawler.store.writer import Writer

logger = logging.getLogger(__name__)


class StorePipeline:
    """Writes to the store; counts what became of each snapshot as `rankcrawler/snapshots/…`."""

    def __init__(self, writer: Writer, stats: StatsCollector) -> None:
        self._writer = writer
        self._stats = stats
        self._is_open = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "StorePipeline":
        """The pipeline of a crawl."""
        return cls(Writer(partial(locate.open_store, locate.url(crawler.settings))), crawler.stats)

    async def open_spider(self) -> None:
        """Open the store; a crawl without one is closed at once."""
        try:
            await self._writer.open()
        except RankcrawlerError as error:
            logger.error("%s", error)
            raise CloseSpider("store_not_open") from error
        self._is_open = True

    async def process_item(self, item: RoomSnapshot | FailedPoll) -> RoomSnapshot | FailedPoll:
        """The poll, kept; DropItem where the lease it was polled under is no longer the newest."""
        if isinstance(item, FailedPoll):
            return item
        kept = await self._writer.write(item)
        self._stats.inc_value(f"rankcrawler/snapshots/{kept.value}")
        if kept is Kept.STALE:
            raise DropItem("its lease had gone to another worker", log_level="WARNING")
        if kept is Kept.STORED:
            self._stats.inc_value("rankcrawler/rows/stored", item.entry_count)
        return msgspec.structs.replace(item, kept=kept.value)

    async def close_spider(self) -> None:
        """Close the store."""
        if self._is_open:
            await self._writer.close()
