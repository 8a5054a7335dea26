"""First: hold every list against the rules, flag what breaks them, and count it. Nothing is dropped."""

import logging

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from rankcrawler import rules
from rankcrawler.items import FailedPoll, RoomSnapshot

logger = logging.getLogger(__name__)


class ValidatePipeline:
    """Flags snapshots; counts each flag as `rankcrawler/flags/…`."""

    def __init__(self, stats: StatsCollector) -> None:
        self._stats = stats
        self._earlier = rules.Earlier()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ValidatePipeline":
        """The pipeline of a crawl."""
        return cls(crawler.stats)

    def process_item(self, item: RoomSnapshot | FailedPoll) -> RoomSnapshot | FailedPoll:
        """The snapshot with its flags; a failed poll as it is."""
        if isinstance(item, FailedPoll):
            return item
        judged = rules.judged(item, self._earlier)
        if item.quarantined:
            self._stats.inc_value("rankcrawler/rows/quarantined", len(item.quarantined))
            first, rows = item.quarantined[0], len(item.quarantined)
            logger.error("Room %s: %d rows unread, at %s: %s", item.room_id, rows, first.path, first.reason)
        for flag in judged.flags:
            self._stats.inc_value(f"rankcrawler/flags/{flag}")
        return judged
