"""Second: drop snapshots that this run has delivered before: of the same poll, with the same clock and the same rows.

The memory belongs to the run, so a feed has what its run saw, and repeating a crawl gives the same feed. The store
decides whether a list is stored already, or unchanged since the previous poll, which another worker may have made.
"""

from collections import OrderedDict

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.model.items import Poll, RoomSnapshot
from rankcrawler.model.targets import RoomName

Identity = tuple[str, str, str]
"""When a poll was made, and the clock and digest of its list."""

REMEMBERED = 3_000
"""Rooms whose last snapshot is remembered, at about 300 bytes each."""


class DeduplicatePipeline:
    """Drops a snapshot that equals its room's last one; counts it in `rankcrawler/snapshots/redelivered`."""

    def __init__(self, stats: StatsCollector, remembered: int = REMEMBERED) -> None:
        self._stats = stats
        self._remembered = remembered
        self._last: OrderedDict[RoomName, Identity] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "DeduplicatePipeline":
        """The pipeline for a crawl."""
        pipeline = cls(crawler.stats)
        crawler.signals.connect(pipeline.remember, signals.item_scraped)
        return pipeline

    def process_item(self, item: object) -> object:
        """The item; raises DropItem if its snapshot was delivered before."""
        snapshot = item.snapshot if isinstance(item, Poll) else None
        if snapshot is not None and self._last.get(snapshot.target.room) == _identity(snapshot):
            self._stats.inc_value(statistics.SNAPSHOTS_REDELIVERED)
            raise DropItem(f"snapshot of {snapshot.captured_at} was delivered before", log_level="INFO")
        return item

    def remember(self, item: object) -> None:
        """Remember a stored snapshot. One that could not be stored is not a duplicate when it comes again."""
        snapshot = item.snapshot if isinstance(item, Poll) else None
        if snapshot is None:
            return
        room = snapshot.target.room
        self._last[room] = _identity(snapshot)
        self._last.move_to_end(room)
        if len(self._last) > self._remembered:
            self._last.popitem(last=False)


def _identity(snapshot: RoomSnapshot) -> Identity:
    return snapshot.polled_at, snapshot.captured_at, snapshot.digest
