"""Scrapy's feed export, where an address that ends in .gz is compressed, and a failure is not forgotten."""

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import FeedExporter

from rankcrawler.items import RoomSnapshot

GZIP = "scrapy.extensions.postprocessing.GzipPlugin"


class RankFeeds(FeedExporter):
    """Adds gzip to every feed whose address says so, whether it comes from -O, -o or FEEDS."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        for uri, options in self.feeds.items():
            plugins = options.get("postprocessing", [])
            if uri.endswith(".gz") and GZIP not in plugins:
                options["postprocessing"] = [*plugins, GZIP]

    def item_scraped(self, item: RoomSnapshot, spider: Spider) -> None:
        """Write a snapshot to every feed; what cannot be written fails the run in the end."""
        try:
            super().item_scraped(item, spider)
        except Exception:
            self.crawler.stats.inc_value("rankcrawler/feeds/failed")
            raise


def with_format(output: str) -> str:
    """An -O or -o argument, with the format named where it stands before .gz: `r.jsonl.gz` → `r.jsonl.gz:jsonl`."""
    stem, dot, inner = output.removesuffix(".gz").rpartition(".")
    is_packed = output.endswith(".gz") and stem and dot
    return f"{output}:{inner}" if is_packed else output
