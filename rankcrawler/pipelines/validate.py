"""First: hold every list against the rules, flag what breaks them, and count it. Nothing is dropped."""

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from rankcrawler import rules
from rankcrawler.items import RoomSnapshot


class ValidatePipeline:
    """Flags snapshots; counts each flag as `rankcrawler/flags/…`."""

    def __init__(self, stats: StatsCollector) -> None:
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ValidatePipeline":
        """The pipeline of a crawl."""
        return cls(crawler.stats)

    def process_item(self, item: RoomSnapshot) -> RoomSnapshot:
        """The snapshot with its flags."""
        judged = rules.judged(item)
        for flag in judged.flags:
            self._stats.inc_value(f"rankcrawler/flags/{flag}")
        return judged
