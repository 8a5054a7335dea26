"""First: hold every list against the rules, flag what breaks them, and count it. Nothing is dropped.

Where PSEUDONYMISE_KEY is set, nobody who comes after this sees who a contributor is.
"""

import logging

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from rankcrawler.model import pseudonyms, rules
from rankcrawler.model.items import FailedPoll, RoomSnapshot
from rankcrawler.model.pseudonyms import Pseudonyms

logger = logging.getLogger(__name__)


class ValidatePipeline:
    """Flags snapshots; counts each flag as `rankcrawler/flags/…`."""

    def __init__(self, stats: StatsCollector, hidden: Pseudonyms | None = None) -> None:
        self._stats = stats
        self._pseudonyms = hidden
        self._earlier = rules.Earlier()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ValidatePipeline":
        """The pipeline of a crawl."""
        return cls(crawler.stats, pseudonyms.of_environment())

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
        return judged if self._pseudonyms is None else self._pseudonyms.of(judged)
