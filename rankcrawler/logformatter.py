"""Log lines that name a room and its outcome, and never print a whole list: a nickname can hold anything."""

from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from rankcrawler.items import RoomSnapshot


class RoomLogFormatter(LogFormatter):
    """Scrapy's own lines, with snapshots in short."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """A snapshot that went through every pipeline."""
        return super().scraped(_short(item), response, spider)

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """A snapshot that a pipeline dropped."""
        return super().dropped(_short(item), exception, response, spider)

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """A snapshot that a pipeline failed on."""
        return super().item_error(_short(item), exception, response, spider)


def _short(item: Any) -> Any:
    if not isinstance(item, RoomSnapshot):
        return item
    return f"room {item.room_id} at {item.captured_at}: {item.entry_count} rows"
