"""Scrapy's statistics, without its check for deprecated callers."""

from typing import Any

from scrapy.statscollectors import MemoryStatsCollector


class PlainStats(MemoryStatsCollector):
    """Scrapy's collector, with ordinary attribute access.

    On each access, Scrapy 2.19 looks up a second attribute, to warn callers that still pass a spider. A poll makes
    twenty accesses.
    """

    def __getattribute__(self, name: str) -> Any:
        return object.__getattribute__(self, name)
