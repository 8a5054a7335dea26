"""Last: write the poll to the store, and pass it on once it is on disk. Only then is its room acknowledged.

If a poll cannot be stored, its item fails, and its room returns to the queue.
"""

import asyncio
import logging
from functools import partial

import msgspec
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem
from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.errors import RankcrawlerError, RefusedByStore, StoreError, StoreUnavailable
from rankcrawler.model import rules
from rankcrawler.model.items import Poll
from rankcrawler.model.sessions import SessionChange
from rankcrawler.options import Options
from rankcrawler.store import locate
from rankcrawler.store.contract import Kept
from rankcrawler.store.writer import Writer

logger = logging.getLogger(__name__)


class StorePipeline:
    """Writes polls to the store; counts snapshots by outcome in `rankcrawler/snapshots/…`.

    A poll that the store cannot keep fails alone, and is counted in `rankcrawler/polls/refused`.
    """

    def __init__(self, writer: Writer, crawler: Crawler) -> None:
        self.writer = writer
        self._crawler = crawler
        self._stats: StatsCollector = crawler.stats
        self._is_open = False
        self._end: asyncio.Task[None] | None = None
        self.stored: dict[int, Poll] = {}
        """What the store took, by fence, until Leasing has settled it."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "StorePipeline":
        """The pipeline for a crawl."""
        open_store = partial(locate.open_store, Options.of(crawler.settings).store_url)
        return cls(Writer(open_store, lambda: crawler.crawling), crawler)

    async def open_spider(self) -> None:
        """Open the store; if that fails, close the crawl."""
        try:
            await self.writer.open()
        except RankcrawlerError as error:
            logger.error("%s", error)
            raise CloseSpider("store_not_open") from error
        self._is_open = True

    async def process_item(self, item: object) -> object:
        """The poll with its outcome; raises DropItem if its room has a newer lease. Returns other items unchanged."""
        if not isinstance(item, Poll):
            return item
        kept = await self._keep(item)
        if kept.but_for_age is not kept and item.snapshot is not None:
            kept = kept.but_for_age
            self._stats.inc_value(statistics.FLAGS + rules.STALE_LIST)
            item = msgspec.structs.replace(item, found=rules.with_flag(item.snapshot, rules.STALE_LIST))
        stored = msgspec.structs.replace(item, kept=kept.value)
        if item.fence:
            self.stored[item.fence] = stored
        if item.snapshot is None:
            return stored
        self._stats.inc_value(statistics.SNAPSHOTS + kept.value)
        if kept is Kept.STALE:
            raise DropItem("another worker has leased its room", log_level="WARNING")
        if kept is Kept.STORED:
            self._stats.inc_value(statistics.ROWS_STORED, item.snapshot.entry_count)
        return stored

    async def note(self, change: SessionChange) -> None:
        """Have the store take in what has become of a session, on disk on return; raises StoreError."""
        await self.writer.note(change)

    async def _keep(self, item: Poll) -> Kept:
        try:
            return await self.writer.write(item)
        except StoreUnavailable:
            raise
        except RefusedByStore:
            self._stats.inc_value(statistics.POLLS_REFUSED)
            raise
        except StoreError as error:
            if self._end is None:
                logger.error("Closing the crawl, because the store failed: %s", error)
                assert self._crawler.engine is not None
                self._end = asyncio.create_task(self._crawler.engine.close_spider_async(reason="store_failed"))
            raise

    async def close_spider(self) -> None:
        """Close the store."""
        if self._is_open:
            await self.writer.close()
