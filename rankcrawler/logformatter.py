"""Log lines that name a room and its outcome. They never show a list, since nicknames can contain anything."""

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
    """Scrapy's log lines, with snapshots shortened.

    Scrapy formats two DEBUG lines per poll, even if the log level discards them. This formatter skips them then.
    """

    def __init__(self, level: int = logging.DEBUG) -> None:
        self._logs_polls = level <= logging.DEBUG

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RoomLogFormatter":
        """The formatter for a crawl."""
        return cls(logging.getLevelNamesMapping().get(Options.of(crawler.settings).log_level, logging.DEBUG))

    def crawled(  # type: ignore[override]  # Scrapy accepts None, but does not declare it
        self, request: Request, response: Response, spider: Spider
    ) -> LogFormatterResult | None:
        """The line for a response; None unless DEBUG is logged."""
        return super().crawled(request, response, spider) if self._logs_polls else None

    def scraped(  # type: ignore[override]
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        """The line for a poll that passed every pipeline; None unless DEBUG is logged."""
        return super().scraped(_short(item), response, spider) if self._logs_polls else None

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The line for a snapshot that a pipeline dropped.

        Scrapy keeps the returned value in a frame that the exception's traceback refers to. If it held the exception
        itself, the two would form a cycle and keep the answer in memory until garbage is collected, so it gets a copy.
        """
        copy = DropItem(str(exception), log_level=getattr(exception, "log_level", None))
        return super().dropped(_short(item), copy, response, spider)

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The line for a snapshot on which a pipeline failed."""
        return super().item_error(_short(item), exception, response, spider)


def _short(item: Any) -> Any:
    if not isinstance(item, Poll):
        return item
    room_id, found = item.target.room_id, item.snapshot
    if found is None:
        return f"room {room_id}: no list"
    return f"room {room_id} at {found.captured_at}: {found.entry_count} rows"
