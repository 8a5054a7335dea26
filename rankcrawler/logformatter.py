"""Log lines that name a room and its outcome. They never show a list, since nicknames can contain anything."""

import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from rankcrawler.model.items import FailedPoll, Poll
from rankcrawler.options import Options
from rankcrawler.queue.lease import Lease


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
        return _about(_room_of(request), super().crawled(request, response, spider)) if self._logs_polls else None

    def scraped(  # type: ignore[override]
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        """The line for a poll that passed every pipeline; None unless DEBUG is logged."""
        return _about(_poll_of(item), super().scraped(_short(item), response, spider)) if self._logs_polls else None

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The line for a snapshot that a pipeline dropped.

        Scrapy keeps the returned value in a frame that the exception's traceback refers to. If it held the exception
        itself, the two would form a cycle and keep the answer in memory until garbage is collected, so it gets a copy.
        """
        copy = DropItem(str(exception), log_level=getattr(exception, "log_level", None))
        return _about(_poll_of(item), super().dropped(_short(item), copy, response, spider))

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The line for a snapshot on which a pipeline failed."""
        return _about(_poll_of(item), super().item_error(_short(item), exception, response, spider))

    def spider_error(
        self, failure: Failure, request: Request, response: Response | Failure, spider: Spider
    ) -> LogFormatterResult:
        """The line for a request whose callback failed."""
        return _about(_room_of(request), super().spider_error(failure, request, response, spider))


def _about(fields: dict[str, Any], result: LogFormatterResult) -> LogFormatterResult:
    """The line, with fields that only lines of JSON show; its text names none of them."""
    arguments = result["args"]
    if isinstance(arguments, dict):
        arguments.update(fields)
    return result


def _room_of(request: Request) -> dict[str, Any]:
    lease = request.cb_kwargs.get("lease")
    return lease.fields if isinstance(lease, Lease) else {}


def _poll_of(item: Any) -> dict[str, Any]:
    if not isinstance(item, Poll):
        return {}
    found = item.found
    return {"room": item.target.room_id, "verdict": found.action if isinstance(found, FailedPoll) else "read"}


def _short(item: Any) -> Any:
    if not isinstance(item, Poll):
        return item
    room_id, found = item.target.room_id, item.snapshot
    if found is None:
        return f"room {room_id}: no list"
    return f"room {room_id} at {found.captured_at}: {found.entry_count} rows"
