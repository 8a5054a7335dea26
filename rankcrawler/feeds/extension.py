"""Scrapy's feed export, of rows in place of items: checked before the crawl, and moved into place after it.

A feed that replaces a file (-O) takes its place when the crawl has ended and lost nothing. Otherwise what came is kept
under the file's name with .incomplete, and the file that it would have replaced stays.
"""

import asyncio
import logging
from functools import partial
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.extensions.feedexport import FeedExporter
from scrapy.utils.defer import ensure_awaitable

from rankcrawler import report, statistics
from rankcrawler.errors import FeedError, SettingError
from rankcrawler.feeds import address, options
from rankcrawler.feeds.batch import Batch
from rankcrawler.feeds.draft import ENDING
from rankcrawler.feeds.exporters import rows
from rankcrawler.feeds.feed import Feed
from rankcrawler.feeds.local_file import LocalFile
from rankcrawler.language import tr

logger = logging.getLogger(__name__)


class RankFeeds(FeedExporter):
    """The feeds of a crawl, from -O, -o or FEEDS. Raises SettingError for one that cannot be written."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        for uri, given in self.feeds.items():
            exporter = self.exporters[given["format"]]
            self.feeds[uri] = options.complete(uri, given, exporter, self.filters[uri])
        self._feeds: list[Feed] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._has_started = self._has_ended = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RankFeeds":
        """The extension of a crawl."""
        feeds = cls(crawler)
        crawler.signals.connect(feeds.open_spider, signals.spider_opened)
        crawler.signals.connect(feeds.item_scraped, signals.item_scraped)
        crawler.signals.connect(feeds._engine_started, signals.engine_started)
        crawler.signals.connect(feeds.close_spider, signals.spider_closed)
        crawler.signals.connect(feeds.end, signals.engine_stopped)
        return feeds

    def open_spider(self, spider: Spider) -> None:
        """Open every feed; closes the crawl before it polls anything if one cannot be written."""
        for template, each in self.feeds.items():
            try:
                make = partial(self._next_batch, spider, template)
                self._feeds.append(Feed(make, each["batch_item_count"], self._when_full, self._count_failure))
            except (FeedError, OSError) as error:
                logger.error(
                    "%s", error if isinstance(error, FeedError) else f"feed {address.shown(template)}: {error}"
                )
                raise CloseSpider("feed_not_open") from error

    def item_scraped(self, item: Any, spider: Spider) -> None:  # noqa: ARG002 — as Scrapy calls it
        """Write an item's rows to every feed."""
        found = rows(item)
        for feed in self._feeds:
            feed.write(found)

    async def close_spider(self, spider: Spider) -> None:  # noqa: ARG002
        """End at once if the crawl never started. Otherwise wait for what other components do as the spider closes."""
        if not self._has_started:
            await self.end()

    async def end(self) -> None:
        """Close every feed, and move those that are whole into place. A second call does nothing."""
        if self._has_ended:
            return
        self._has_ended = True
        lost_nothing = self._has_started and report.lost_nothing(self.crawler.stats.get_stats())
        for feed in self._feeds:
            await self._close(feed.batch, lost_nothing=lost_nothing)
        if self._closing:
            await asyncio.wait(self._closing)
        await self.crawler.signals.send_catch_log_async(signals.feed_exporter_closed)

    def _engine_started(self) -> None:
        self._has_started = True

    def _next_batch(self, spider: Spider, template: str, before: Batch | None) -> Batch:
        given = self.feeds[template]
        uri = address.filled(template, self._get_uri_params(spider, given["uri_params"], before))
        return Batch(
            storage=self._get_storage(uri, given),
            uri=uri,
            format=given["format"],
            store_empty=given["store_empty"],
            batch_id=before.batch_id + 1 if before else 1,
            uri_template=template,
            filter=self.filters[template],
            feed_options=given,
            spider=spider,
            exporters=self.exporters,
            settings=self.settings,
            crawler=self.crawler,
        )

    def _when_full(self, batch: Batch) -> None:
        closing = asyncio.create_task(self._close(batch, lost_nothing=True))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _close(self, batch: Batch, *, lost_nothing: bool) -> None:
        """Store what a batch has, under its own name or as incomplete."""
        kind, line = type(batch.storage).__name__, f"{batch.format} feed ({batch.itemcount} rows)"
        if not self._is_finished(batch, lost_nothing=lost_nothing):
            batch.discard()
            return
        try:
            place = await self._store(batch, is_whole=lost_nothing and not batch.has_lost_rows)
        except Exception as error:  # a storage of anyone's may raise anything
            reason = str(error).replace(batch.uri, address.shown(batch.uri))
            logger.error("Cannot store %s in %s: %s", line, address.shown(batch.uri), reason)
            self.crawler.stats.inc_value(f"feedexport/failed_count/{kind}")
        else:
            logger.info("Stored %s in: %s", line, place)
            self.crawler.stats.inc_value(f"feedexport/success_count/{kind}")
        await self.crawler.signals.send_catch_log_async(signals.feed_slot_closed, slot=batch)

    def _is_finished(self, batch: Batch, *, lost_nothing: bool) -> bool:
        """Write the end of a batch; False if there is nothing to store."""
        if not lost_nothing and not batch.itemcount:
            return False
        try:
            return batch.finish()
        except OSError as error:  # a full disk may show only here
            batch.has_lost_rows = True
            logger.error("Feed %s: the end is missing: %s", address.shown(batch.uri), error)
            self._count_failure()
            return batch.file is not None

    async def _store(self, batch: Batch, *, is_whole: bool) -> str:
        """Store a batch; returns where it is."""
        storage, uri = batch.storage, batch.uri
        if is_whole or not batch.replaces:
            await ensure_awaitable(storage.store(batch.written))
            return address.shown(uri)
        if isinstance(storage, LocalFile):
            storage.keep()
        else:
            await ensure_awaitable(self._get_storage(uri + ENDING, batch.feed_options).store(batch.written))
        message = "The run lost something, so %s stays as it was; what came is in %s"
        logger.warning(message, address.shown(uri), address.shown(uri + ENDING))
        return address.shown(uri + ENDING)

    def _count_failure(self) -> None:
        self.crawler.stats.inc_value(statistics.FEEDS_FAILED)

    def _storage_supported(self, uri: str, feed_options: dict[str, Any]) -> bool:
        where = address.shown(uri)
        scheme = address.scheme(uri)
        if scheme not in self.storages:
            raise SettingError(
                tr(
                    "feed {feed}: {scheme}: is none of {known}",
                    feed=where,
                    scheme=scheme,
                    known=", ".join(filter(None, self.storages)),
                )
            )
        try:
            self._get_storage(uri, feed_options)
        except (NotConfigured, ImportError, ValueError, AssertionError) as error:
            raise SettingError(
                tr("feed {feed}: {error}", feed=where, error=str(error) or tr("the address names no host"))
            ) from None
        return True

    def _exporter_supported(self, format_: str) -> bool:
        if format_ not in self.exporters:
            raise SettingError(
                tr(
                    "a feed has the format {format!r}: use one of {known}",
                    format=format_,
                    known=", ".join(self.exporters),
                )
            )
        return True

    def _settings_are_valid(self) -> bool:
        return True  # options.complete() looks at batches
