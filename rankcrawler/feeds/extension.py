"""Scrapy's feed export, with gzip for URIs that end in .gz, and with failures counted."""

import logging
from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import FeedExporter, FeedSlot

from rankcrawler import statistics

logger = logging.getLogger(__name__)

GZIP = "scrapy.extensions.postprocessing.GzipPlugin"


class RankFeeds(FeedExporter):
    """Compresses every feed whose URI ends in .gz, whether it comes from -O, -o or FEEDS."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        for uri, options in self.feeds.items():
            plugins = options.get("postprocessing", [])
            if uri.endswith(".gz") and GZIP not in plugins:
                options["postprocessing"] = [*plugins, GZIP]

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Write an item to every feed. A failed write also fails the run."""
        try:
            super().item_scraped(item, spider)
        except Exception:
            self.crawler.stats.inc_value(statistics.FEEDS_FAILED)
            raise

    async def _close_slot(self, slot: FeedSlot, spider: Spider) -> None:
        """Close a feed. A full disk may show only here, and Scrapy would discard the exception."""
        try:
            await super()._close_slot(slot, spider)
        except OSError as error:
            logger.error("Feed %s is incomplete: %s", slot.uri, error)
            self.crawler.stats.inc_value(statistics.FEEDS_FAILED)


def with_format(output: str) -> str:
    """An -O or -o argument with the format before .gz appended: `r.jsonl.gz` → `r.jsonl.gz:jsonl`."""
    stem, dot, inner = output.removesuffix(".gz").rpartition(".")
    is_compressed = output.endswith(".gz") and stem and dot
    return f"{output}:{inner}" if is_compressed else output
