"""Shows how far the crawl has come: in a live line on the terminal, or in that of its fleet."""

import asyncio
import logging
import sys
from collections.abc import Callable
from time import monotonic

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from rankcrawler import channel
from rankcrawler.extensions.leasing import Leasing
from rankcrawler.progress import BEAT, Figures, line
from rankcrawler.queue.tally import Tally
from rankcrawler.terminal import LiveLine


class Progress:
    """Hands the crawl's figures to `show` again and again, and calls `close` when the crawl ends."""

    def __init__(self, crawler: Crawler, show: Callable[[Figures], None], close: Callable[[], None]) -> None:
        self._crawler = crawler
        self._show = show
        self._close = close
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Progress":
        """The extension of a crawl; raises NotConfigured without a terminal or a fleet."""
        if fleet := channel.joined():
            progress = cls(crawler, fleet.send, lambda: None)
        elif sys.stderr.isatty():
            progress = cls(crawler, *_on_terminal())
        else:
            raise NotConfigured
        crawler.signals.connect(progress._opened, signals.spider_opened)
        crawler.signals.connect(progress._closed, signals.spider_closed)
        return progress

    def figures(self) -> Figures:
        """The figures as of now."""
        leasing = self._crawler.get_extension(Leasing)
        tally = leasing.worker.tally if leasing and leasing.worker else Tally()
        stats = self._crawler.stats.get_stats() | tally.statistics()
        known = {"pending": tally.pending, "asked_at": tally.asked_at, "recurs": tally.recurs, "waiting": tally.waiting}
        return Figures.of(stats, **known)

    def _opened(self) -> None:
        self._task = asyncio.create_task(self._draw())

    def _closed(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._close()

    async def _draw(self) -> None:
        while True:
            self._show(self.figures())
            await asyncio.sleep(BEAT)


def _on_terminal() -> tuple[Callable[[Figures], None], Callable[[], None]]:
    live, began = LiveLine(_log_above), monotonic()
    return lambda figures: live.show(line(figures, monotonic() - began, in_unicode=live.in_unicode)), live.close


def _log_above() -> None:
    """Send the log through sys.stderr, which the live line replaces to stay below the log."""
    for handler in logging.root.handlers:
        if type(handler) is logging.StreamHandler:
            handler.setStream(sys.stderr)
