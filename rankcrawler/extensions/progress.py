"""A live line on the terminal with the progress of the crawl; without a terminal, the log stays plain."""

import asyncio
import logging
import sys
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.text import Text
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from rankcrawler import statistics
from rankcrawler.extensions.leasing import Leasing
from rankcrawler.queue.tally import Tally

BEAT = 0.25
"""Seconds between two updates."""


class Progress:
    """Draws a bar of the rooms done and known, with rows, rate, errors, and whether the crawl waits."""

    def __init__(self, crawler: Crawler, console: Console) -> None:
        self._crawler = crawler
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._began = monotonic()
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Progress":
        """The extension of a crawl; raises NotConfigured without a terminal."""
        if not sys.stderr.isatty():
            raise NotConfigured
        progress = cls(crawler, Console(stderr=True))
        crawler.signals.connect(progress._opened, signals.spider_opened)
        crawler.signals.connect(progress._closed, signals.spider_closed)
        return progress

    def line(self) -> Text:
        """The line as of now."""
        stats = self._crawler.stats.get_stats()
        leasing = self._crawler.get_extension(Leasing)
        tally = leasing.worker.tally if leasing and leasing.worker else Tally()
        polled = sum(
            stats.get(statistics.SNAPSHOTS + kept, 0) for kept in ("stored", "unchanged", "empty", "duplicate")
        )
        dead = tally.dead.total()
        done, known = polled + dead, polled + dead + tally.pending
        rows, seconds = stats.get(statistics.ROWS_STORED, 0), max(monotonic() - self._began, 0.001)
        errors = sum(stats.get(statistics.POLLS + action, 0) for action in ("retry", "gone", "stop")) + dead
        filled = round(24 * done / known) if known else 0
        return Text.assemble(
            ("━" * filled, "green"),
            ("━" * (24 - filled), "bright_black"),
            f" rooms {done}/{known}  rows {rows:,}  {rows / seconds:,.0f}/s  ",
            (f"errors {errors}", "red" if errors else "bright_black"),
            ("  waiting" if tally.waiting else "", "yellow"),
        )

    def _opened(self) -> None:
        self._live.start()
        self._redirect(sys.stderr)
        self._task = asyncio.create_task(self._draw())

    def _closed(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._live.stop()
        self._redirect(sys.stderr)

    async def _draw(self) -> None:
        while True:
            self._live.update(self.line(), refresh=True)
            await asyncio.sleep(BEAT)

    @staticmethod
    def _redirect(stream: object) -> None:
        """Send the log through sys.stderr, which Live replaces to keep its line below the log."""
        for handler in logging.root.handlers:
            if type(handler) is logging.StreamHandler:
                handler.setStream(stream)
