"""The crawl's figures, as Scrapy keeps them, without what it does at each look for callers of ten years ago."""

from typing import Any

from scrapy.statscollectors import MemoryStatsCollector


class PlainStats(MemoryStatsCollector):
    """Scrapy's own, whose attributes are looked up as any object's are.

    Scrapy 2.19 looks for a second attribute with each, to warn those who still pass a spider; a poll asks twenty times.
    """

    def __getattribute__(self, name: str) -> Any:
        return object.__getattribute__(self, name)
