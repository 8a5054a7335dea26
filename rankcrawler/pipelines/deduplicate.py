"""Second: let each snapshot of this run through once, however often it is delivered.

The memory is this run's own, so a feed is what its run saw, and the same crawl gives the same feed again.
Whether a list is stored already, or unchanged since the poll before, only the store can say: the poll
before may have been another worker's. It compares the digests that the snapshots carry.
"""

from collections import OrderedDict

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from rankcrawler.items import RoomSnapshot

REMEMBERED = 100_000
"""Rooms whose last snapshot is remembered; about 300 bytes each."""


class DeduplicatePipeline:
    """Drops a snapshot that its room had last time; counts them as `rankcrawler/snapshots/redelivered`."""

    def __init__(self, stats: StatsCollector, remembered: int = REMEMBERED) -> None:
        self._stats = stats
        self._remembered = remembered
        self._last: OrderedDict[tuple[str, str], str] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "DeduplicatePipeline":
        """The pipeline of a crawl."""
        pipeline = cls(crawler.stats)
        crawler.signals.connect(pipeline.remember, signals.item_scraped)
        return pipeline

    def process_item(self, item: RoomSnapshot) -> RoomSnapshot:
        """The snapshot; DropItem if it came before."""
        if self._last.get((item.source, item.room_id)) == item.captured_at:
            self._stats.inc_value("rankcrawler/snapshots/redelivered")
            raise DropItem(f"snapshot of {item.captured_at} came before", log_level="INFO")
        return item

    def remember(self, item: RoomSnapshot) -> None:
        """Called when the snapshot is stored: one that could not be is not a duplicate when it comes again."""
        room = (item.source, item.room_id)
        self._last[room] = item.captured_at
        self._last.move_to_end(room)
        if len(self._last) > self._remembered:
            self._last.popitem(last=False)
