"""Log lines that name a room and its outcome, and never print a whole list: a nickname can hold anything."""

import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from rankcrawler.model.items import RoomSnapshot


class RoomLogFormatter(LogFormatter):
    """Scrapy's own lines, with snapshots in short.

    The two of every poll are made only where they are logged: Scrapy would have them made, and then thrown away.
    """

    def __init__(self, level: int = logging.DEBUG) -> None:
        self._tells_of_polls = level <= logging.DEBUG

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RoomLogFormatter":
        """The formatter of a crawl."""
        return cls(logging.getLevelNamesMapping().get(str(crawler.settings["LOG_LEVEL"]).upper(), logging.DEBUG))

    def crawled(  # type: ignore[override]  # Scrapy takes None, and does not say so
        self, request: Request, response: Response, spider: Spider
    ) -> LogFormatterResult | None:
        """An answer that came."""
        return super().crawled(request, response, spider) if self._tells_of_polls else None

    def scraped(  # type: ignore[override]
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        """A poll that went through every pipeline."""
        return super().scraped(_short(item), response, spider) if self._tells_of_polls else None

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """A snapshot that a pipeline dropped; told in words alone.

        Scrapy keeps what this returns in a frame that the exception's traceback holds: with the exception in it, that
        is a circle, and the whole answer waits for the garbage collector.
        """
        told = DropItem(str(exception), log_level=getattr(exception, "log_level", None))
        return super().dropped(_short(item), told, response, spider)

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """A snapshot that a pipeline failed on."""
        return super().item_error(_short(item), exception, response, spider)


def _short(item: Any) -> Any:
    if not isinstance(item, RoomSnapshot):
        return item
    return f"room {item.room_id} at {item.captured_at}: {item.entry_count} rows"
