"""Log lines that name a room and its outcome, and never print a whole list: a nickname can hold anything."""

import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from rankcrawler.model.items import Poll
from rankcrawler.options import Options


class RoomLogFormatter(LogFormatter):
    """Scrapy's own lines, with snapshots abridged.

    Scrapy formats two DEBUG lines for every poll, and then drops them where the level is higher. Ours skips them.
    """

    def __init__(self, level: int = logging.DEBUG) -> None:
        self._logs_polls = level <= logging.DEBUG

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RoomLogFormatter":
        """The formatter of a crawl."""
        return cls(logging.getLevelNamesMapping().get(Options.of(crawler.settings).log_level, logging.DEBUG))

    def crawled(  # type: ignore[override]  # Scrapy takes None, and does not say so
        self, request: Request, response: Response, spider: Spider
    ) -> LogFormatterResult | None:
        """An answer that came."""
        return super().crawled(request, response, spider) if self._logs_polls else None

    def scraped(  # type: ignore[override]
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        """A poll that went through every pipeline."""
        return super().scraped(_short(item), response, spider) if self._logs_polls else None

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """A snapshot that a pipeline dropped.

        Scrapy keeps what this returns in a frame that the exception's traceback refers to. With the exception itself in
        it, the two would form a cycle, and the whole answer would wait for the garbage collector: so it gets a copy.
        """
        copy = DropItem(str(exception), log_level=getattr(exception, "log_level", None))
        return super().dropped(_short(item), copy, response, spider)

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """A snapshot that a pipeline failed on."""
        return super().item_error(_short(item), exception, response, spider)


def _short(item: Any) -> Any:
    if not isinstance(item, Poll):
        return item
    room_id, found = item.target.room_id, item.snapshot
    if found is None:
        return f"room {room_id}: no list"
    return f"room {room_id} at {found.captured_at}: {found.entry_count} rows"
