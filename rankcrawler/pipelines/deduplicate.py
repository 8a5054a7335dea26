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

from rankcrawler.model.items import FailedPoll, Kind, RoomSnapshot

REMEMBERED = 3_000
"""Rooms whose last snapshot is remembered; about 300 bytes each."""


class DeduplicatePipeline:
    """Drops a snapshot that its room had last time; counts them as `rankcrawler/snapshots/redelivered`."""

    def __init__(self, stats: StatsCollector, remembered: int = REMEMBERED) -> None:
        self._stats = stats
        self._remembered = remembered
        self._last: OrderedDict[tuple[str, Kind, str], str] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "DeduplicatePipeline":
        """The pipeline of a crawl."""
        pipeline = cls(crawler.stats)
        crawler.signals.connect(pipeline.remember, signals.item_scraped)
        return pipeline

    def process_item(self, item: RoomSnapshot | FailedPoll) -> RoomSnapshot | FailedPoll:
        """The item; DropItem if it is a snapshot that came before."""
        if isinstance(item, RoomSnapshot) and self._last.get(_room(item)) == item.captured_at:
            self._stats.inc_value("rankcrawler/snapshots/redelivered")
            raise DropItem(f"snapshot of {item.captured_at} came before", log_level="INFO")
        return item

    def remember(self, item: RoomSnapshot | FailedPoll) -> None:
        """Called when the snapshot is stored: one that could not be is not a duplicate when it comes again."""
        if isinstance(item, FailedPoll):
            return
        room = _room(item)
        self._last[room] = item.captured_at
        self._last.move_to_end(room)
        if len(self._last) > self._remembered:
            self._last.popitem(last=False)


def _room(item: RoomSnapshot) -> tuple[str, Kind, str]:
    return item.source, item.kind, item.room_id
